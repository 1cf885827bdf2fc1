// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last sequence numbers, on disk.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uthash.h>

#include "log.h"
#include "store.h"

#define FILE_NAME	"sequence"

/*
 * As it is on disk, numbers in network byte order.  None crosses a page or a sector.
 * A free place is all zeros.
 */
struct record_on_disk {
	struct in6_addr pcoa;
	uint32_t spi;
	uint16_t sequence;
	uint16_t used;
	uint32_t check[2];
};

_Static_assert(sizeof(struct record_on_disk) == 32, "a sector is a number of records");

static const char magic[sizeof(struct record_on_disk)] = "fmipd sequence numbers 1\n";

struct key {
	struct in6_addr pcoa;
	uint32_t spi;
};

struct entry {
	UT_hash_handle hh;
	struct key key;
	uint16_t sequence;
	uint32_t place;
};

struct store {
	int fd;
	struct entry *entries;
	uint32_t places;
	uint32_t *vacant;
	uint32_t vacants;
	uint32_t vacants_room;
};

/* FNV-1a: against damage, not against anybody. */
static uint64_t check_of(const struct record_on_disk *record)
{
	const uint8_t *p = (const uint8_t *)record;
	uint64_t sum = 0xcbf29ce484222325ull;
	size_t i;

	for (i = 0; i < offsetof(struct record_on_disk, check); i++)
		sum = (sum ^ p[i]) * 0x100000001b3ull;
	return sum;
}

static void seal(struct record_on_disk *record)
{
	uint64_t sum = check_of(record);

	record->check[0] = htonl(sum >> 32);
	record->check[1] = htonl(sum);
}

static bool is_sound(const struct record_on_disk *record)
{
	uint64_t sum = check_of(record);

	return record->used == htons(1) && record->check[0] == htonl(sum >> 32) &&
	       record->check[1] == htonl(sum);
}

static off_t offset_of(uint32_t place)
{
	return ((off_t)place + 1) * sizeof(struct record_on_disk);
}

static int write_record(struct store *store, uint32_t place,
			const struct record_on_disk *record)
{
	ssize_t len = pwrite(store->fd, record, sizeof(*record), offset_of(place));

	if (len < 0)
		return -errno;
	return len == sizeof(*record) ? 0 : -EIO;
}

static int add_vacant(struct store *store, uint32_t place)
{
	uint32_t room = store->vacants_room ? store->vacants_room * 2 : 64;
	uint32_t *vacant;

	if (store->vacants == store->vacants_room) {
		vacant = realloc(store->vacant, room * sizeof(*vacant));
		if (!vacant)
			return -ENOMEM;
		store->vacant = vacant;
		store->vacants_room = room;
	}
	store->vacant[store->vacants++] = place;
	return 0;
}

static struct entry *find(const struct store *store, const struct in6_addr *pcoa,
			  uint32_t spi)
{
	struct key key;
	struct entry *entry;

	memset(&key, 0, sizeof(key));
	key.pcoa = *pcoa;
	key.spi = spi;
	HASH_FIND(hh, store->entries, &key, sizeof(key), entry);
	return entry;
}

static struct entry *add_entry(struct store *store, const struct in6_addr *pcoa,
			       uint32_t spi, uint32_t place)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->key.pcoa = *pcoa;
	entry->key.spi = spi;
	entry->place = place;
	HASH_ADD(hh, store->entries, key, sizeof(entry->key), entry);
	return entry;
}

static int read_record(struct store *store, uint32_t place,
		       const struct record_on_disk *record)
{
	struct entry *entry;

	if (!is_sound(record) || find(store, &record->pcoa, ntohl(record->spi)))
		return add_vacant(store, place);
	entry = add_entry(store, &record->pcoa, ntohl(record->spi), place);
	if (!entry)
		return -ENOMEM;
	entry->sequence = ntohs(record->sequence);
	return 0;
}

static int read_records(struct store *store)
{
	struct record_on_disk records[128];
	ssize_t len;
	size_t i;
	int err;

	for (;;) {
		len = pread(store->fd, records, sizeof(records), offset_of(store->places));
		if (len < 0)
			return -errno;
		/* A piece of a record at the end is written over. */
		if (len < (ssize_t)sizeof(records[0]) || store->places >= STORE_RECORDS_MAX)
			return 0;
		for (i = 0; i < len / sizeof(records[0]); i++) {
			err = read_record(store, store->places, &records[i]);
			if (err)
				return err;
			store->places++;
		}
	}
}

static int read_header(const struct store *store)
{
	char found[sizeof(magic)];
	ssize_t len = pread(store->fd, found, sizeof(found), 0);

	if (len < 0)
		return -errno;
	if (!len) {
		len = pwrite(store->fd, magic, sizeof(magic), 0);
		if (len < 0)
			return -errno;
		return len == sizeof(magic) ? 0 : -EIO;
	}
	if (len != sizeof(magic) || memcmp(found, magic, sizeof(magic)))
		return -EINVAL;
	return 0;
}

static int open_file(const char *directory)
{
	char path[PATH_MAX];
	int fd, err;

	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	if (snprintf(path, sizeof(path), "%s/" FILE_NAME, directory) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
		close(fd);
		return err;
	}
	return fd;
}

int store_open(const char *directory, struct store **store)
{
	struct store *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->fd = open_file(directory);
	if (s->fd < 0) {
		err = s->fd;
		free(s);
		return err;
	}
	err = read_header(s);
	if (!err)
		err = read_records(s);
	if (err) {
		store_close(s);
		return err;
	}
	*store = s;
	return 0;
}

int store_file(const struct store *store)
{
	return store->fd;
}

void store_close(struct store *store)
{
	struct entry *entry, *next;

	if (!store)
		return;
	fdatasync(store->fd);
	close(store->fd);
	HASH_ITER(hh, store->entries, entry, next) {
		HASH_DEL(store->entries, entry);
		free(entry);
	}
	free(store->vacant);
	free(store);
}

static struct entry *place_for(struct store *store, const struct in6_addr *pcoa,
			       uint32_t spi)
{
	struct entry *entry;

	if (!store->vacants && store->places >= STORE_RECORDS_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	entry = add_entry(store, pcoa, spi, store->vacants ?
			  store->vacant[store->vacants - 1] : store->places);
	if (!entry) {
		errno = ENOMEM;
		return NULL;
	}
	if (store->vacants)
		store->vacants--;
	else
		store->places++;
	return entry;
}

int store_set(struct store *store, const struct in6_addr *pcoa, uint32_t spi,
	      uint16_t sequence)
{
	struct record_on_disk record = {
		.pcoa = *pcoa,
		.spi = htonl(spi),
		.sequence = htons(sequence),
		.used = htons(1),
	};
	struct entry *entry = find(store, pcoa, spi);

	if (!entry)
		entry = place_for(store, pcoa, spi);
	if (!entry)
		return -errno;
	entry->sequence = sequence;
	seal(&record);
	return write_record(store, entry->place, &record);
}

int store_get(const struct store *store, const struct in6_addr *pcoa, uint32_t spi,
	      uint16_t *sequence)
{
	const struct entry *entry = find(store, pcoa, spi);

	if (!entry)
		return -ENOENT;
	*sequence = entry->sequence;
	return 0;
}

static void remove_entry(struct store *store, struct entry *entry)
{
	static const struct record_on_disk nothing;
	int err = write_record(store, entry->place, &nothing);

	/* What cannot be used again is no loss. */
	if (!err)
		err = add_vacant(store, entry->place);
	if (err)
		log_error("store", "forget", err);
	HASH_DEL(store->entries, entry);
	free(entry);
}

static bool was_of(const struct entry *entry, const struct config_key *key)
{
	return entry->key.spi == key->spi && config_prefix_has(&key->pcoa, &entry->key.pcoa);
}

void store_forget(struct store *store, const struct config *config,
		  const struct config_key *key)
{
	const struct config_key *other;
	struct entry *entry, *next;

	HASH_ITER(hh, store->entries, entry, next) {
		if (!was_of(entry, key))
			continue;
		other = config_key_of(config, &entry->key.pcoa, entry->key.spi);
		if (!other || other->pcoa.len <= key->pcoa.len)
			remove_entry(store, entry);
	}
}

void store_forget_changed(struct store *store, const struct config *old,
			  const struct config *config)
{
	const struct config_key *before, *after;
	struct entry *entry, *next;

	HASH_ITER(hh, store->entries, entry, next) {
		before = config_key_of(old, &entry->key.pcoa, entry->key.spi);
		after = config_key_of(config, &entry->key.pcoa, entry->key.spi);
		if (before && (!after || !config_key_same(before, after)))
			remove_entry(store, entry);
	}
}
