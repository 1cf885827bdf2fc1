// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "sent.h"
#include "test.h"

#define AUTHENTICATOR	12

static unsigned int kind_of(const struct message *m)
{
	if (m->next_header == IPPROTO_MH)
		return m->data[2];
	return m->data[0] << 8 | (m->data[0] == 154 ? m->data[4] : 0);
}

static enum sim_fate keep(void *context, unsigned int number, const struct message *m)
{
	struct sent *sent = context;
	struct sent_message *t = &sent->message[sent->count];

	assert_true(sent->count < SENT_MAX);
	assert_true(m->len <= sizeof(t->data));
	sent->count++;
	t->m = *m;
	t->kind = kind_of(m);
	t->ns = sent->sim->now;
	t->number = number;
	memcpy(t->data, m->data, m->len);
	t->m.data = t->data;
	return SIM_ARRIVES;
}

void sent_begin(struct sent *sent, struct sim *sim)
{
	sent->sim = sim;
	sent_clear(sent);
	sim->fate = keep;
	sim->context = sent;
}

void sent_clear(struct sent *sent)
{
	sent->count = 0;
}

unsigned int sent_count(const struct sent *sent, enum sent_kind kind)
{
	unsigned int i, n = 0;

	for (i = 0; i < sent->count; i++)
		n += sent->message[i].kind == kind;
	return n;
}

const struct sent_message *sent_get(const struct sent *sent, enum sent_kind kind,
				    unsigned int n)
{
	unsigned int i;

	for (i = 0; i < sent->count; i++)
		if (sent->message[i].kind == kind && !n--)
			return &sent->message[i];
	fail_msg("there are not so many messages of kind %#x", kind);
	return NULL;
}

void assert_sent(const struct sent_message *t, const char *text)
{
	uint8_t data[ENGINE_MESSAGE_MAX];
	size_t len = t->m.len, badf = len - AUTHENTICATOR - 6;

	memcpy(data, t->data, len);
	if (t->m.next_header != IPPROTO_MH) {
		memset(&data[2], 0, 2);
	} else {
		memset(&data[4], 0, 2);
		if (len >= 8 + AUTHENTICATOR + 6 && data[badf] == 21 && data[badf + 1] == 16)
			memset(&data[len - AUTHENTICATOR], 0, AUTHENTICATOR);
	}
	assert_octets(data, len, text);
}

void assert_address(const struct in6_addr *found, const char *text)
{
	struct in6_addr wanted = address(text);

	assert_memory_equal(found, &wanted, sizeof(wanted));
}

void assert_ends(const struct sent_message *t, const char *source,
		 const char *destination)
{
	assert_address(&t->m.ends.source, source);
	assert_address(&t->m.ends.destination, destination);
}
