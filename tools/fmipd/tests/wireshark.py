#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# The samples as Wireshark's dissectors, which are nobody's here, see them:
# nothing malformed, no field that is not looked at, the values that are meant.
#
# Wireshark 4.0 is itself wrong in some places; the text is right. Either is
# accepted there, so that a newer one may be better:
#
#   badff.auth   drops the last two octets. RFC 6275 6.2.1: the length counts
#                all octets behind it, and RFC 5568 6.4.5 has nothing behind
#                the authenticator.
#   vsm.data     drops the last two octets, too. RFC 5094 section 3: the length
#                excludes the Type and the Length only.
#   bare length  reads 12 as RFC 6275 6.2.1 does and the last four octets of
#                the authenticator as options. RFC 5568 6.4.5: "the length of
#                the Authenticator".
#   lifetime     adds "(40 seconds)" to 10. RFC 5568 6.2.2, 6.2.3: seconds. The
#                number itself is right and compared.
#   NAACK        takes the address from behind the Status, four octets early,
#                and finds four too many. RFC 5568 6.4.6: "immediately following
#                the Reserved field". It does not show the one of Status 4, which
#                has "the PCoA" there.
#   LLA          takes the padding for a part of the address. RFC 5568 6.4.3:
#                the link layer tells its length.
#
# It does not show the flags P and F of HI, nor those of HAck (RFC 5949 6.1),
# nor whether the checksum of a Mobility Header is right. layout.py has these
# octets, and all of the above, from other figures.
#
# PROGRAMS is where emit is.

import ipaddress
import json
import os
import re
import subprocess
import tempfile
import xml.etree.ElementTree

PROGRAMS = os.environ.get("PROGRAMS")

MH_TYPES = {"BE": 7, "FBU": 8, "FBack": 9, "HI": 14, "HAck": 15}
ICMP_TYPES = {"Problem": 4, "RA": 134, "NS": 135, "NA": 136, "RtSolPr": 154, "PrRtAdv": 154}
GOOD = "1"

# Fields that repeat others, count, or hold what others are in.
STRUCTURE = re.compile(r"""
    mip6\.(hlen|csum|options\..*|mobility_opt(\.len)?|padn|mhipv6ap\.ipv6_address_prefix|
           ie_not_dissected)
    | icmpv6\.(checksum|reserved|opt|opt\.(length|reserved|src_linkaddr|target_linkaddr)|
               nd\.(ra|na)\.flag|opt\.prefix\.flag|nd\.ns\.reserved)
    """, re.VERBOSE)


def colons(digits):
    return ":".join(digits[i:i + 2] for i in range(0, len(digits), 2))


def bits(value, **fields):
    return [(name, str(int(bool(value & mask)))) for name, mask in fields.items()]


def mh_flags(message, flags):
    if message == "FBU":
        names = {"a": 0x8000, "h": 0x4000, "l": 0x2000, "k": 0x1000}
    elif message == "FBack":
        names = {"k": 0x80}
    else:
        names = {"s": 0x80, "u": 0x40}
    return bits(flags, **{f"mip6.{message.lower()}.{name}_flag": mask
                          for name, mask in names.items()})


def mh_option(option):
    number = option["type"]
    if number == 3:
        return [("mip6.acoa.acoa", option["address"])]
    if number == 7:
        return [("mip6.lla.optcode", str(option["code"])), ("mip6.lla", colons(option["lla"]))]
    if number == 19:
        return [("mip6.vsm.vendorId", str(option["vendor"])),
                ("mip6.vsm.subtype", str(option["subtype"])),
                ("mip6.vsm.data", colons(option["data"]))]
    if number == 21:
        return [("mip6.badff.spi", str(option["spi"])),
                ("mip6.badff.auth", colons(option["authenticator"]))]
    if number == 34:
        return [("mip6.mhipv6ap.opt_code", str(option["code"])),
                ("mip6.mhipv6ap.len", str(option["prefixlen"])),
                ("mip6.mhipv6ap.ipv6_address", option["address"])]
    return []


def mh_fields(value):
    message = value["message"]
    names = {"sequence": "seqnr", "lifetime": "lifetime", "status": "status", "code": "code"}
    fields = [("mip6.proto", "59"), ("mip6.mhtype", str(MH_TYPES[message])),
              ("mip6.reserved", "0x00")]
    fields += [(f"mip6.{message.lower()}.{name}", str(value[key]))
               for key, name in names.items() if key in value]
    if "home" in value:
        fields.append(("mip6.be.haddr", value["home"]))
    if "flags" in value and message != "HAck":
        fields += mh_flags(message, value["flags"])
    for key, name in (("hao", "ipv6.opt.mipv6.home_address"),
                      ("rh2", "ipv6.routing.mipv6.home_address")):
        if key in value:
            fields.append((name, value[key]))
    for option in value["options"]:
        fields += mh_option(option)
    return fields


def nd_option(option):
    number = option["type"]
    fields = [("icmpv6.opt.type", str(number))]
    if number in (1, 2):
        return fields + [("icmpv6.opt.linkaddr", colons(option["lla"]))]
    if number == 3:
        flags = bits(option["flags"], l=0x80, a=0x40, r=0x20)
        return fields + [(f"icmpv6.opt.prefix.flag.{name}", bit) for name, bit in flags] + [
            ("icmpv6.opt.prefix.flag.reserved", "0"),
            ("icmpv6.opt.prefix.length", str(option["prefixlen"])),
            ("icmpv6.opt.prefix.valid_lifetime", str(option["valid"])),
            ("icmpv6.opt.prefix.preferred_lifetime", str(option["preferred"])),
            ("icmpv6.opt.prefix", option["prefix"])]
    if number == 5:
        return fields + [("icmpv6.opt.mtu", str(option["mtu"]))]
    if number == 17:
        return fields + [("icmpv6.opt.ipa.option_code", str(option["code"])),
                         ("icmpv6.opt.ipa.prefix_len", str(option["prefixlen"])),
                         ("icmpv6.opt.ipa.ipv6_address", option["address"])]
    if number == 19:
        return fields + [("icmpv6.opt.lla.option_code", str(option["code"])),
                         ("icmpv6.opt.lla.bytes", colons(option["lla"]))]
    fields += [("icmpv6.opt.naack.option_code", "0"),
               ("icmpv6.opt.naack.status", str(option["status"]))]
    if "address" in option and option["status"] == 2:
        fields.append(("icmpv6.opt.naack.supplied_ncoa", option["address"]))
    return fields


def nd_fields(value):
    message = value["message"]
    fields = [("icmpv6.type", str(ICMP_TYPES[message])),
              ("icmpv6.code", str(value.get("code", 0))), ("icmpv6.checksum.status", GOOD)]
    if message in ("RtSolPr", "PrRtAdv"):
        fields += [("icmpv6.fmip6.subtype", "2" if message == "RtSolPr" else "3"),
                   ("icmpv6.fmip6.identifier", str(value["identifier"]))]
    elif message == "Problem":
        fields.append(("icmpv6.pointer", str(value["pointer"])))
    elif message == "RA":
        flags = bits(value["flags"], m=0x80, o=0x40, h=0x20, p=0x04)
        flags += [("prf", str(value["flags"] >> 3 & 3)), ("rsv", "0")]
        fields += [(f"icmpv6.nd.ra.flag.{name}", bit) for name, bit in flags] + [
            ("icmpv6.nd.ra.cur_hop_limit", str(value["hop_limit"])),
            ("icmpv6.nd.ra.router_lifetime", str(value["lifetime"])),
            ("icmpv6.nd.ra.reachable_time", str(value["reachable"])),
            ("icmpv6.nd.ra.retrans_timer", str(value["retrans"]))]
    else:
        fields.append((f"icmpv6.nd.{message.lower()}.target_address", value["target"]))
    if message == "NA":
        flags = bits(value["flags"], r=0x80, s=0x40, o=0x20) + [("rsv", "0")]
        fields += [(f"icmpv6.nd.na.flag.{name}", bit) for name, bit in flags]
    for option in value["options"]:
        fields += nd_option(option)
    return fields


def by_name(fields):
    names = {}
    for name, value in fields:
        names.setdefault(name, []).append(value)
    return names


def early(address, packet):
    """The address that is found four octets before this one."""
    octets = ipaddress.ip_address(address).packed
    at = bytes.fromhex(packet).index(octets) - 4
    return str(ipaddress.ip_address(bytes.fromhex(packet)[at:at + 16]))


def agrees(name, wanted, shown, value):
    if wanted == shown:
        return True
    if name in ("mip6.badff.auth", "mip6.vsm.data"):
        return shown == wanted[:-len(":00:00")]
    if name == "icmpv6.opt.lla.bytes":
        return shown.startswith(wanted) and not shown[len(wanted):].strip(":0")
    if name == "icmpv6.opt.naack.supplied_ncoa":
        return shown == early(wanted, value["packet"])
    return False


def may_be_malformed(value):
    return any(option.get("bare_length") or (option["type"] == 20 and "address" in option)
               for option in value["options"])


def complaints(value, shown):
    """What is not as it was meant."""
    wanted = by_name(mh_fields(value) if value["is_mh"] else nd_fields(value))
    malformed = may_be_malformed(value)
    for name, values in shown.items():
        if name.startswith("_ws.malformed") or name in ("data", "data.data"):
            if not malformed:
                yield f"{name} {values}"
        elif name in wanted or STRUCTURE.fullmatch(name) or malformed:
            continue
        elif name.startswith(("mip6.", "icmpv6.")):
            yield f"{name} {values} is not looked at"
    if any(int(severity) > 0x400000 for severity in shown.get("_ws.expert.severity", [])):
        if not malformed:
            yield f"{shown['_ws.expert.message']}"
    for name, values in wanted.items():
        found = shown.get(name, [])
        if malformed and name.startswith("mip6.badff"):
            continue
        if len(values) != len(found) or not all(
                agrees(name, w, s, value) for w, s in zip(values, found)):
            yield f"{name} is {found} instead of {values}"


def dissected():
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        subprocess.run([f"{PROGRAMS}/emit", "pcap", file.name], check=True)
        text = subprocess.run(["tshark", "-n", "-r", file.name, "-T", "pdml"], check=True,
                              capture_output=True).stdout
    for packet in xml.etree.ElementTree.fromstring(text):
        yield by_name((field.get("name"), field.get("show"))
                      for field in packet.iter() if field.get("name"))


def meant():
    text = subprocess.run([f"{PROGRAMS}/emit", "values"], check=True, capture_output=True,
                          text=True).stdout
    for line in text.splitlines():
        value = json.loads(line)
        for option in value["options"]:
            if value["is_mh"] and option["type"] == 21:  # signed since
                option["authenticator"] = value["octets"][-len(option["authenticator"]):]
        yield value


def main():
    bad = 0
    values, packets = list(meant()), list(dissected())
    print("TAP version 13")
    print(f"1..{len(values) + 1}")
    print("ok" if len(values) == len(packets) else "not ok", 1, "every sample is a packet")
    for i, (value, packet) in enumerate(zip(values, packets), 2):
        why = list(complaints(value, packet))
        bad += bool(why)
        print("not ok" if why else "ok", i, f"dissection of {value['name']}")
        for line in why:
            print("#", line)
    return bad != 0 or len(values) != len(packets)


if __name__ == "__main__":
    raise SystemExit(main())
