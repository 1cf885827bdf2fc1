// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "names.h"
#include "prometheus.h"

/* Where to, and the namespace, which is not NULL if it is to be told. */
struct exposition {
	FILE *out;
	const char *netns;
};

static void family(const struct exposition *e, const char *name,
		   const char *type, const char *help)
{
	fprintf(e->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void label(FILE *out, char before, const char *name, const char *value)
{
	fprintf(out, "%c%s=\"", before, name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '"' || *value == '\\')
			fprintf(out, "\\%c", *value);
		else
			fputc(*value, out);
	}
	fputc('"', out);
}

/* @key may be NULL: then there is no label but that of the namespace. */
static void sample(const struct exposition *e, const char *name,
		   const char *key, const char *value, uint64_t number)
{
	fputs(name, e->out);
	if (e->netns)
		label(e->out, '{', "netns", e->netns);
	if (key)
		label(e->out, e->netns ? ',' : '{', key, value);
	if (e->netns || key)
		fputc('}', e->out);
	fprintf(e->out, " %" PRIu64 "\n", number);
}

static void single(const struct exposition *e, const char *name,
		   const char *type, const char *help, uint64_t number)
{
	family(e, name, type, help);
	sample(e, name, NULL, NULL, number);
}

static void traffic(const struct exposition *e, const struct stats *s)
{
	static const char packets[] = "fmip_packets_total";
	static const char bytes[] = "fmip_bytes_total";

	family(e, packets, "counter",
	       "Inner packets; received is sent, buffered and dropped together, released is part of sent, copied of received.");
	sample(e, packets, "stage", "received", s->received_packets);
	sample(e, packets, "stage", "sent", s->sent_packets);
	sample(e, packets, "stage", "released", s->released_packets);
	sample(e, packets, "stage", "copied", s->copied_packets);
	sample(e, packets, "stage", "decapsulated", s->decap_packets);
	family(e, bytes, "counter", "Bytes of inner packets.");
	sample(e, bytes, "stage", "received", s->received_bytes);
	sample(e, bytes, "stage", "sent", s->sent_bytes);
	sample(e, bytes, "stage", "decapsulated", s->decap_bytes);
}

/* A counter that appears only when it counts would hide its first packets. */
static void drops(const struct exposition *e, const struct stats *s)
{
	static const char dropped[] = "fmip_dropped_packets_total";
	char buf[16];
	int i;

	family(e, dropped, "counter", "Packets that went no further, by reason.");
	for (i = 1; i < 256; i++)
		if (s->dropped[i] || name_of(names_drop, i))
			sample(e, dropped, "reason",
			       name_or_number(names_drop, i, buf),
			       s->dropped[i]);
}

void prometheus_stats(FILE *out, const struct stats *s, const char *netns)
{
	static const char arrivals[] = "fmip_arrivals_total";
	const struct exposition e = { out, netns };

	traffic(&e, s);
	drops(&e, s);
	single(&e, "fmip_buffered_packets", "gauge",
	       "Packets buffered now.", s->buffered_packets);
	single(&e, "fmip_buffered_bytes", "gauge",
	       "Memory of the packets buffered now.", s->buffered_bytes);
	family(&e, arrivals, "counter",
	       "Evidence that a node has arrived, by whether it was believed.");
	sample(&e, arrivals, "result", "attached", s->attached);
	sample(&e, arrivals, "result", "rejected", s->rejected);
	single(&e, "fmip_proxy_answers_total", "counter",
	       "Advertisements sent for nodes.", s->proxy_answers);
	single(&e, "fmip_bindings", "gauge", "Bindings.", s->bindings);
	single(&e, "fmip_tunnels", "gauge", "Tunnels.", s->tunnels);
}
