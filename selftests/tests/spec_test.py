#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does fmip.yaml say what fmip.h and the policies of the kernel say?

Names are read from the header's text, values come from a program that is
compiled against it.  The names that the specification stands for are made as
the kernel's ynl-gen-c.py makes them.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"TAP version 13\n1..0 # SKIP needs python3-{missing.name}")
    sys.exit(4)

TOP = os.path.dirname(os.path.abspath(__file__)) + "/../.."
SPEC = f"{TOP}/Documentation/netlink/specs/fmip.yaml"
HEADER = f"{TOP}/uapi/linux/fmip.h"


class Tap:
    """Counts tests and prints them."""

    def __init__(self):
        self.count = self.failed = 0
        print("TAP version 13")

    def same(self, name, got, wanted):
        self.count += 1
        if got == wanted:
            print(f"ok {self.count} {name}")
            return
        self.failed += 1
        print(f"not ok {self.count} {name}")
        got, wanted = listed(got), listed(wanted)
        for item in wanted:
            if item not in got:
                print(f"# only in the specification: {item}")
        for item in got:
            if item not in wanted:
                print(f"# not in the specification: {item}")
        if sorted(got, key=str) == sorted(wanted, key=str):
            print("# not in the order of the specification")

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def listed(items):
    return list(items.items()) if isinstance(items, dict) else items


def c_name(*parts):
    return "".join(parts).upper().replace("-", "_")


# ---- what the specification stands for --------------------------------------

def spec_enums(spec):
    """The enums of the specification: {tag: [(name, value)]}."""
    enums = {}
    for d in spec["definitions"]:
        if d["type"] == "const":
            continue
        bits = d["type"] == "flags"
        enums[c_tag(d)] = [
            (c_name(d["name-prefix"], e["name"]), 1 << i if bits else i)
            for i, e in enumerate(d["entries"])]
    for s in spec["attribute-sets"]:
        if "subset-of" not in s:
            enums[c_tag(s)] = numbered(s["name-prefix"], s["attributes"])
    operations = spec["operations"]
    enums[c_tag(operations)] = numbered(operations["name-prefix"],
                                        operations["list"])
    return enums


def c_tag(item):
    return item["enum-name"].replace("-", "_")


def numbered(prefix, items):
    value, result = 0, []
    for item in items:
        value = item.get("value", value)
        result.append((c_name(prefix, item["name"]), value))
        value += 1
    return result


def spec_defines(spec):
    """The macros of the specification: {name: value}."""
    defines = {c_name("fmip-", d["name"]): str(d["value"])
               for d in spec["definitions"] if d["type"] == "const"}
    defines[c_name(spec["c-family-name"])] = spec["name"]
    defines[c_name(spec["c-version-name"])] = str(spec["version"])
    for group in spec["mcast-groups"]["list"]:
        defines[c_name(group["c-define-name"])] = group["name"]
    return defines


def spec_types(spec):
    """What each attribute is: {name: (type, enum or nest, least, most)}."""
    consts = {d["name"]: d["value"] for d in spec["definitions"]
              if d["type"] == "const"}
    entries = {d["name"]: d["entries"] for d in spec["definitions"]
               if "entries" in d}
    parent = {s["name"]: s.get("subset-of", s["name"])
              for s in spec["attribute-sets"]}
    types = {}
    for s in spec["attribute-sets"]:
        for a in s["attributes"]:
            if a.get("type") in (None, "unused", "pad"):
                continue
            checks = a.get("checks", {})
            least, most = checks.get("min"), checks.get("max")
            if a["type"] == "bitfield32":
                most = (1 << len(entries[a["enum"]])) - 1
            elif "enum" in a:
                most = len(entries[a["enum"]]) - 1
            elif "max-len" in checks:
                most = consts.get(checks["max-len"], checks["max-len"])
            types[c_name(s["name-prefix"], a["name"])] = (
                a["type"], parent.get(a.get("nested-attributes")), least, most)
    return types


# ---- what the header says ---------------------------------------------------

def header_names(text):
    """The enums and macros of the header, without values."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    enums = {tag: [n for n in re.findall(r"\w+(?=\s*[,=\n])", body)
                   if not n.isdigit() and not n.startswith("__")]
             for tag, body in re.findall(r"enum (\w+) \{(.*?)\};", text, re.S)}
    macros = [n for n in re.findall(r"#define (FMIP_\w+)", text)
              if not n.endswith(("_A_MAX", "_CMD_MAX"))]
    return enums, macros


def values_of(names, strings):
    """What the compiler says that the names are: {name: text}."""
    program = '#include <stdio.h>\n#include <linux/fmip.h>\nint main(void)\n{\n'
    for n in names:
        how, value = ("%s", n) if n in strings else ("%lld", f"(long long){n}")
        program += f'\tprintf("{n} {how}\\n", {value});\n'
    program += "\treturn 0;\n}\n"
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run([os.environ.get("CC", "cc"), "-Wall", "-Werror",
                        f"-I{TOP}/uapi", "-xc", "-o", f"{tmp}/values", "-"],
                       input=program.encode(), check=True)
        out = subprocess.run([f"{tmp}/values"], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
    return dict(line.split() for line in out.splitlines())


def comment_types(text):
    """The types that the comments of the header begin with."""
    words = {"list": "indexed-array"}
    found = re.findall(r"(FMIP_\w+),\s*/\* (list|nest|binary|bitfield32|u\d+)\b",
                       text)
    return {name: words.get(word, word) for name, word in found}


# ---- what the kernel enforces -----------------------------------------------

POLICY = re.compile(r"\[(FMIP_\w+_A_\w+)\]\s*=\s*(NLA_POLICY_\w+\(.*?\)|\{.*?\})"
                    r"(?=,\s*(?:\[|\};))", re.S)


def policies(values):
    """The policies of kernel/: the same as spec_types()."""
    def number(word):
        total = 0
        for part in re.split(r"\s*\|\s*", word.strip()):
            part = re.sub(r"sizeof\(struct in6_addr\)", "16", part)
            total |= int(values.get(part, part))
        return total

    found = {}
    for path in glob.glob(f"{TOP}/kernel/*.c"):
        with open(path, encoding="ascii") as f:
            text = f.read()
        for name, entry in POLICY.findall(text):
            kind, _, rest = entry.partition("(")
            args = rest[:-1].split(",")
            least = most = nest = None
            if kind == "NLA_POLICY_NESTED_ARRAY":
                what, nest = "indexed-array", args[0]
            elif kind == "NLA_POLICY_NESTED":
                what, nest = "nest", args[0]
            elif kind == "NLA_POLICY_BITFIELD32":
                what, most = "bitfield32", number(args[0])
            elif kind == "NLA_POLICY_VALIDATE_FN":
                what, most = args[0], number(args[2])
            elif kind == "NLA_POLICY_MIN":
                what, least = args[0], number(args[1])
            elif kind == "NLA_POLICY_MAX":
                what, most = args[0], number(args[1])
            elif kind == "NLA_POLICY_RANGE":
                what, least, most = args[0], number(args[1]), number(args[2])
            else:
                what = re.search(r"NLA_\w+", entry).group()
                length = re.search(r"\.len = (\w+)", entry)
                most = number(length.group(1)) if length else None
            if nest:
                nest = nest.replace("_policy", "")
            if what != "NLA_REJECT":
                found[name] = (what.replace("NLA_", "").lower(), nest, least,
                               most)
    return found


def main():
    tap = Tap()
    with open(SPEC, encoding="ascii") as f:
        spec = yaml.safe_load(f)
    with open(HEADER, encoding="ascii") as f:
        text = f.read()

    with open(f"{TOP}/Documentation/netlink/{spec['protocol']}.yaml",
              encoding="ascii") as f:
        errors = [e.message for e in
                  jsonschema.Draft7Validator(yaml.safe_load(f)).iter_errors(spec)]
    tap.same("the specification is valid", errors, [])

    enums, defines = spec_enums(spec), spec_defines(spec)
    names, macros = header_names(text)
    strings = {n for n in macros if re.search(rf'#define {n}\s+"', text)}
    values = values_of(sum(names.values(), macros), strings)

    tap.same("the same enums", sorted(names), sorted(enums))
    for tag, wanted in enums.items():
        tap.same(f"enum {tag}",
                 [(n, int(values[n])) for n in names.get(tag, [])], wanted)
    tap.same("the same constants", {n: values[n] for n in macros}, defines)

    types = spec_types(spec)
    tap.same("the types in the comments of fmip.h", comment_types(text),
             {name: t[0] for name, t in types.items()})
    # What the kernel only puts out has no policy; see netlink.rst.
    found = policies(values)
    tap.same("the policies of the kernel", found,
             {name: t for name, t in types.items() if name in found})
    without = {n for n in types if n not in found}
    tap.same("what has no policy is output only", sorted(
        n for n in without if not re.match(r"FMIP_(STATS|DROPPED|EVENT)_A_", n)),
             ["FMIP_BINDING_A_STATS"])
    return tap.done()


sys.exit(main())
