// SPDX-License-Identifier: GPL-2.0-only
#include "mh.h"
#include "names.h"

static const char *const texts[FAULT_KINDS] = {
	[FAULT_NONE] = "nothing is wrong",
	[FAULT_TRUNCATED] = "ends before its header says",
	[FAULT_TOO_SHORT] = "shorter than its type allows",
	[FAULT_PROTO] = "Payload Proto is not 59",
	[FAULT_CHECKSUM] = "wrong checksum",
	[FAULT_TYPE] = "unknown message type",
	[FAULT_CODE] = "a Code that its type does not have",
	[FAULT_HOP_LIMIT] = "Hop Limit is not 255",
	[FAULT_ADDRESS] = "an address that cannot stand there",
	[FAULT_OPTION_OVERRUN] = "an option reaches beyond the end",
	[FAULT_OPTION_LENGTH] = "a length that the option cannot have",
	[FAULT_OPTION_VALUE] = "a value in an option is out of range",
	[FAULT_OPTION_ORDER] = "an option behind the one that must be last",
	[FAULT_OPTION_COUNT] = "too many options",
	[FAULT_OPTION_TYPE] = "an option that may not stand there",
	[FAULT_SPACE] = "too long",
	[FAULT_NOT_SENT] = "a type that is received only",
};

const char *fault_text(enum fault_kind kind)
{
	return kind < FAULT_KINDS ? texts[kind] : "unknown fault";
}

const char *mh_name(uint8_t type)
{
	switch (type) {
	case MH_BE:
		return "BE";
	case MH_FBU:
		return "FBU";
	case MH_FBACK:
		return "FBack";
	case MH_FNA:
		return "FNA";
	case MH_HI:
		return "HI";
	case MH_HACK:
		return "HAck";
	default:
		return NULL;
	}
}

const char *nd_name(enum nd_number type)
{
	switch (type) {
	case ND_RA:
		return "RA";
	case ND_NS:
		return "NS";
	case ND_NA:
		return "NA";
	case ND_RTSOLPR:
		return "RtSolPr";
	case ND_PRRTADV:
		return "PrRtAdv";
	default:
		return NULL;
	}
}
