/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of fmip-bench share. */
#ifndef FMIP_BENCH_TOOL_H
#define FMIP_BENCH_TOOL_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Many requests go into one send(). */
struct requests {
	int fd;
	uint32_t seq;
	size_t len;
	struct nlmsghdr *last;
	char room[160 * 1024];
};

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
uint64_t tsc(void);
uint64_t number(const char *text);
const char *value_of(char **args, const char *key);
uint64_t number_of(char **args, const char *key, uint64_t otherwise);
void address_of(char **args, const char *key, struct in6_addr *addr);
void host_addr(struct in6_addr *addr, uint64_t index);
uint64_t begin_ops(void);
void end_ops(uint64_t ops, uint64_t begun);

void nl_open(struct requests *r, int protocol);
struct nlmsghdr *nl_begin(struct requests *r, int type, int flags, const void *header, size_t len);
struct nlattr *nl_put(struct requests *r, int type, const void *data, size_t len);
void nl_put_u8(struct requests *r, int type, uint8_t value);
void nl_put_u32(struct requests *r, int type, uint32_t value);
struct nlattr *nl_nest(struct requests *r, int type);
void nl_nest_end(struct requests *r, struct nlattr *nest);
bool nl_full(const struct requests *r, size_t size);
void nl_send(struct requests *r);
void nl_check(struct requests *r);
size_t nl_receive(struct requests *r, void *room, size_t size);
const struct nlattr *nl_find(const void *attrs, size_t len, int type);
int genl_family(const char *name);

int command_route(uint64_t first, uint64_t count, char **args);
int command_bindings(uint64_t first, uint64_t count, char **args);
int command_tunnels(uint64_t first, uint64_t count, char **args);
int command_nfqueue(unsigned int queue, uint32_t count);
int command_parallel(int cpus, const char *command);
void module_command(const char *command, char *answer, size_t size);

#endif
