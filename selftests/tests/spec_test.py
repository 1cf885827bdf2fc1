#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does fmip.yaml say what fmip.h and the policies of the kernel say?

Names are read from the header's text, values come from a program that is
compiled against it.  The names that the specification stands for are made as
the kernel's ynl-gen-c.py makes them, and then by that program itself: what it
generates, the header and the policies, is compared with what is there.

    YNL          tools/net/ynl of a kernel's source (what qemu/ynl.sh finds)
    FMIP_KERNEL_DIR  where the policies are (kernel/)
"""
import copy
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
KERNEL = os.environ.get("FMIP_KERNEL_DIR", f"{TOP}/kernel")


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

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {why}")

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


def spec_parents(spec):
    """{set of attributes: that which it is a part of}."""
    return {s["name"]: s.get("subset-of", s["name"])
            for s in spec["attribute-sets"]}


def spec_types(spec):
    """What each attribute is: {name: (type, enum or nest, least, most)}."""
    consts = {d["name"]: d["value"] for d in spec["definitions"]
              if d["type"] == "const"}
    entries = {d["name"]: d["entries"] for d in spec["definitions"]
               if "entries" in d}
    parent = spec_parents(spec)
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


def values_of(names, strings, include=f"{TOP}/uapi"):
    """What the compiler says that the names are: {name: text}."""
    program = '#include <stdio.h>\n#include <linux/fmip.h>\nint main(void)\n{\n'
    for n in names:
        how, value = ("%s", n) if n in strings else ("%lld", f"(long long){n}")
        program += f'\tprintf("{n} {how}\\n", {value});\n'
    program += "\treturn 0;\n}\n"
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run([os.environ.get("CC", "cc"), "-Wall", "-Werror",
                        f"-I{include}", "-xc", "-o", f"{tmp}/values", "-"],
                       input=program.encode(), check=True)
        out = subprocess.run([f"{tmp}/values"], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
    return dict(line.split() for line in out.splitlines())


def comment_types(text):
    """The types that the comments of the header begin with."""
    words = {"list": "indexed-array"}
    found = re.findall(r"(FMIP_\w+),\s*/\* "
                       r"(list|nest|binary|string|bitfield32|[us]\d+)\b", text)
    return {name: words.get(word, word) for name, word in found}


# ---- what the kernel enforces -----------------------------------------------

ENTRY = re.compile(r"\[(FMIP_\w+_A_\w+)\]\s*=\s*"
                   r"(NLA_POLICY_\w+\s*\((?:[^()]|\([^()]*\))*\)|\{.*?\}|[A-Z]\w*)",
                   re.S)
MACRO = re.compile(r"#define (\w+_POLICY)[ \t]+(NLA_POLICY_.*|\{.*)")
RANGE = re.compile(r"netlink_range_validation (\w+) = \{(.*?)\};", re.S)


class Policies:
    """What the policies of a C source say of each attribute, with the values
    that names have, and the parents of sets of attributes."""

    def __init__(self, values, parents):
        self.values = values
        self.parents = parents
        self.found = {}
        self.conflicts = []

    def number(self, word):
        total = 0
        for part in re.split(r"\s*\|\s*", word.strip()):
            part = self.values.get(part, part).replace("ULL", "")
            total |= 16 if part == "sizeof(struct in6_addr)" else int(part, 0)
        return total

    def nest(self, policy):
        name = re.sub(r"^fmip_|(_nl)?_policy$", "", policy.strip())
        name = name.replace("_", "-")
        return self.parents.get(name, name)

    def limits(self, kind, args, ranges):
        """Least and most of a number."""
        if kind == "NLA_POLICY_MIN":
            return self.number(args[1]), None
        if kind == "NLA_POLICY_MAX":
            return None, self.number(args[1])
        if kind == "NLA_POLICY_RANGE":
            return self.number(args[1]), self.number(args[2])
        if kind == "NLA_POLICY_FULL_RANGE":
            return ranges[args[1].strip(" &")]
        raise ValueError(f"no way to read {kind}")

    def read_entry(self, entry, ranges):
        kind, _, rest = entry.partition("(")
        args = rest[:-1].split(",")
        kind = kind.strip()
        if entry.startswith("{"):
            length = re.search(r"\.len\s*=\s*(\w+)", entry)
            return (re.search(r"NLA_(\w+)", entry).group(1), None, None,
                    self.number(length.group(1)) if length else None)
        if kind == "NLA_POLICY_NESTED_ARRAY":
            return "indexed-array", self.nest(args[0]), None, None
        if kind == "NLA_POLICY_NESTED":
            return "nest", self.nest(args[0]), None, None
        if kind == "NLA_POLICY_BITFIELD32":
            return "bitfield32", None, None, self.number(args[0])
        if kind == "NLA_POLICY_VALIDATE_FN":
            return args[0], None, None, self.number(args[2])
        return (args[0], None, *self.limits(kind, args, ranges))

    def read_ranges(self, text):
        ranges = {}
        for name, body in RANGE.findall(text):
            ends = dict(re.findall(r"\.(min|max)\s*=\s*(\w+)", body))
            ranges[name] = tuple(self.number(ends[end]) if end in ends else None
                                 for end in ("min", "max"))
        return ranges

    def read(self, text):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        text = re.sub(r"[ \t]*\\\n\s*", " ", text)
        macros, ranges = dict(MACRO.findall(text)), self.read_ranges(text)
        for name, entry in ENTRY.findall(text):
            entry = re.sub(r"\s+", " ", macros.get(entry, entry)).strip()
            what, *rest = self.read_entry(entry, ranges)
            if what == "NLA_REJECT" or what == "REJECT":
                continue
            what = what.replace("NLA_", "").lower().replace("_", "-")
            what = (what, *rest)
            if self.found.setdefault(name, what) != what:
                self.conflicts.append((name, what))


def kernel_policies(values, parents):
    policies = Policies(values, parents)
    for path in sorted(glob.glob(f"{KERNEL}/*.c")):
        with open(path, encoding="ascii") as f:
            policies.read(f.read())
    return policies


# ---- what the kernel's generator makes of the specification -----------------

def ynl_dir():
    """Where the generator is, or None."""
    if "YNL" in os.environ:
        return os.environ["YNL"]
    found = subprocess.run([f"{TOP}/selftests/qemu/ynl.sh"], check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return found.stdout.decode().strip() or None


def generator_spec(spec):
    """Without what ynl-gen-c.py of Linux 6.12 gives up on: the longest length
    of a binary attribute, and requests that have no attribute at all."""
    spec = copy.deepcopy(spec)
    spec["kernel-policy"] = "split"
    for attribute in sum((s["attributes"] for s in spec["attribute-sets"]), []):
        if "max-len" in attribute.get("checks", {}):
            del attribute["checks"]
    for operation in spec["operations"]["list"]:
        for mode in ("do", "dump"):
            request = operation.get(mode, {}).get("request")
            if request and not request["attributes"]:
                operation[mode] = {key: value for key, value
                                   in operation[mode].items() if key != "request"}
    return spec


def generate(ynl, spec):
    """The header and the source with the policies, and the directory of the
    header, which the caller removes."""
    tmp = tempfile.TemporaryDirectory()
    netlink = f"{tmp.name}/Documentation/netlink"
    os.makedirs(f"{netlink}/specs")
    os.makedirs(f"{tmp.name}/linux")
    # the generator looks upwards for the root of a kernel's source, for ever
    with open(f"{tmp.name}/MAINTAINERS", "w", encoding="ascii"):
        pass
    schema = f"{spec['protocol']}.yaml"
    os.symlink(f"{TOP}/Documentation/netlink/{schema}", f"{netlink}/{schema}")
    with open(SPEC, encoding="ascii") as f:
        licence = f.readline()
    with open(f"{netlink}/specs/fmip.yaml", "w", encoding="ascii") as f:
        f.write(licence)
        yaml.safe_dump(generator_spec(spec), f, sort_keys=False)
    texts = []
    for out, words in (("linux/fmip.h", ("uapi", "--header")),
                       ("fmip.c", ("kernel", "--source"))):
        subprocess.run([sys.executable, f"{ynl}/ynl-gen-c.py", "--spec",
                        f"{netlink}/specs/fmip.yaml", "--mode", *words,
                        "-o", f"{tmp.name}/{out}"], check=True, timeout=120)
        with open(f"{tmp.name}/{out}", encoding="ascii") as f:
            texts.append(f.read())
    return texts[0], texts[1], tmp


def test_generated(tap, spec, values, text, kernel):
    """What is generated against the header @text and the policies @kernel."""
    ynl = ynl_dir()
    if not ynl:
        for what in ("header", "enums", "policies"):
            tap.skip(f"the {what} that ynl-gen-c.py makes", "no linux-source-6.12")
        return
    header, source, tmp = generate(ynl, spec)
    with tmp:
        enums, macros = header_names(header)
        strings = {n for n in macros if re.search(rf'#define {n}\s+"', header)}
        made = values_of(sum(enums.values(), macros), strings, tmp.name)
    there, there_macros = header_names(text)
    tap.same("the header that ynl-gen-c.py makes",
             {n: values.get(n) for n in sorted(there_macros)},
             {n: made[n] for n in sorted(macros)})
    tap.same("the enums that ynl-gen-c.py makes",
             {tag: [(n, values[n]) for n in names]
              for tag, names in sorted(there.items())},
             {tag: [(n, made[n]) for n in names]
              for tag, names in sorted(enums.items())})
    policies = Policies(values, kernel.parents)
    policies.read(source)
    tap.same("what it makes does not contradict itself", policies.conflicts, [])
    # of binary it does not know the length, of lists not the members
    generated = {n: t for n, t in policies.found.items() if n in kernel.found}
    blind = [n for n, t in generated.items() if t[0] in ("binary", "indexed-array")]
    tap.same("the policies that ynl-gen-c.py makes",
             {n: (t if n not in blind else (t[0], None, None, None))
              for n, t in kernel.found.items() if n in generated}, generated)
    tap.same("the attributes that requests have",
             sorted(kernel.found), sorted(
                 set(policies.found) | OUTPUT_ONLY & set(kernel.found)))


# What the kernel puts out only, and may know as ignored in a request.
OUTPUT_ONLY = {"FMIP_BINDING_A_HOLD_LEFT", "FMIP_TUNNEL_A_USERS",
               "FMIP_TUNNEL_A_MTU"}


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

    types, parents = spec_types(spec), spec_parents(spec)
    tap.same("the types in the comments of fmip.h", comment_types(text),
             {name: t[0] for name, t in types.items()})
    # What the kernel only puts out has no policy; see netlink.rst.
    kernel = kernel_policies(values, parents)
    found = kernel.found
    tap.same("the kernel does not contradict itself", kernel.conflicts, [])
    tap.same("the policies of the kernel", found,
             {name: t for name, t in types.items() if name in found})
    tap.same("what has no policy is output only", sorted(
        n for n in types if n not in found and
        not re.match(r"FMIP_(STATS|DROPPED|EVENT|RESULT)_A_", n)),
             ["FMIP_BINDING_A_RESULTS", "FMIP_BINDING_A_STATS",
              "FMIP_TUNNEL_A_RESULTS"])
    test_generated(tap, spec, values, text, kernel)
    return tap.done()


sys.exit(main())
