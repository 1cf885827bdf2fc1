/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world for state machines: nodes, links and time that are not real.
 */
#ifndef FMIPD_SIM_H
#define FMIPD_SIM_H

#include "engine.h"

#define SIM_NODES	5
#define SIM_ADDRESSES	8
#define SIM_PATHS	8
#define SIM_REPORTS	32
#define SIM_NUMBERS	64
#define MS		1000000ull

/* Where comes in what is not sent on a link that sender and receiver share. */
#define SIM_UPLINK	99

/**
 * enum sim_fate - what becomes of a message
 * @SIM_ARRIVES: it arrives
 * @SIM_LOST: it does not
 * @SIM_TWICE: it arrives twice
 * @SIM_LATE: it arrives after what is sent within the next 25 ms
 */
enum sim_fate {
	SIM_ARRIVES,
	SIM_LOST,
	SIM_TWICE,
	SIM_LATE,
};

/**
 * struct sim_address - an address of a node
 * @address: the address
 * @ifindex: the link it is on
 * @lla: what it has there
 */
struct sim_address {
	struct in6_addr address;
	unsigned int ifindex;
	struct lla lla;
};

/**
 * struct sim_number - a sequence number that is remembered
 * @pcoa: of which node
 * @spi: of which key
 * @sequence: the number
 */
struct sim_number {
	struct in6_addr pcoa;
	uint32_t spi;
	uint16_t sequence;
};

/**
 * struct sim_node - a node
 * @sim: the world it is in
 * @name: what it is called
 * @engine: its state machines; one without a configuration has none
 * @received: is given what comes to a node without any
 * @address: its addresses
 * @addresses: how many
 * @path: what its data path does; those with an id of 0 are free
 * @path_ns: when each of @path was last set
 * @drains: each of @path may still release what it has held, until sim_release()
 * @copies_ns: of each of @path: since when its gate copies without a break
 * @replayed_ns: since when copies were last sent once more
 * @killed: the configuration of state machines that are gone, and have told nobody
 * @path_errno: what path_set() is answered with, if it is not 0
 * @figures: what each of its bindings has counted
 * @record: of the last handover that was over
 * @probes: how often it has asked who has an address
 * @deaf: it cannot ask
 * @silent: it sends no Router Advertisements
 * @report: what it has told
 * @reports: how many
 * @told: is told, too, or NULL
 * @waits: what its last loss of a link has had wait
 * @stay_errno: what stay() is answered with, if it is not 0
 * @releases: how often what waits was let go
 * @released_after: of the last time: how many messages had been sent by then
 * @back_after: it was back where it was before: how many messages had been sent by then
 * @stays: it lives on a link as @stay says
 * @prepared: what has last been made ready for a stay that may come
 * @stay: how a mobile node lives on its new link
 * @first_stay: the same, before anything that waits was let go
 * @arrivals: how often others were told of that
 * @arrived_after: of the last time: how many messages had been sent by then
 * @arrival: what they were told then
 * @number: what it remembers, as if on disk
 * @numbers: how many
 */
struct sim_node {
	struct sim *sim;
	const char *name;
	struct engine engine;
	void (*received)(struct sim_node *node, const struct message *m);
	struct sim_address address[SIM_ADDRESSES];
	unsigned int addresses;
	struct path path[SIM_PATHS];
	uint64_t path_ns[SIM_PATHS];
	bool drains[SIM_PATHS];
	uint64_t copies_ns[SIM_PATHS];
	uint64_t replayed_ns;
	const struct config *killed;
	int path_errno;
	struct path_figures figures;
	struct record record;
	unsigned int probes;
	bool deaf;
	bool silent;
	struct report report[SIM_REPORTS];
	unsigned int reports;
	void (*told)(struct sim_node *node, const struct report *report);
	struct stay waits;
	int stay_errno;
	unsigned int releases;
	unsigned int released_after;
	unsigned int back_after;
	bool stays;
	struct stay prepared;
	struct stay stay;
	struct stay first_stay;
	unsigned int arrivals;
	unsigned int arrived_after;
	struct stay arrival;
	struct sim_number number[SIM_NUMBERS];
	unsigned int numbers;
};

/**
 * struct sim - a world
 * @now: the time, in nanoseconds
 * @latency: of every way, in nanoseconds
 * @node: who is there
 * @nodes: how many
 * @sent: how many messages were sent
 * @fate: what becomes of the message with that number, or NULL: it arrives
 * @context: for @fate
 * @faithful: what is sent on a link that the sender is not on is lost, or by a router
 *	that is not on its link; and the UNA of who is to come opens the gate, as the
 *	kernel has it
 * @sets: is told of each change of a data path before it is made: of which number in
 *	&struct sim_node.path, and what it becomes, or NULL if it ends; or NULL
 * @events: what is to come
 */
struct sim {
	uint64_t now;
	uint64_t latency;
	struct sim_node node[SIM_NODES];
	unsigned int nodes;
	unsigned int sent;
	enum sim_fate (*fate)(void *context, unsigned int number, const struct message *m);
	void *context;
	bool faithful;
	void (*sets)(struct sim_node *node, unsigned int number, const struct path *path);
	struct sim_event *events;
};

/**
 * sim_init() - a world without anybody
 * @sim: the world
 */
void sim_init(struct sim *sim);

/**
 * sim_end() - end it, and everybody's state
 * @sim: the world
 */
void sim_end(struct sim *sim);

/**
 * sim_add() - let a node be there
 * @sim: the world
 * @name: what it is called
 * @config: of its state machines, or NULL if it has none
 *
 * Return: the node.
 */
struct sim_node *sim_add(struct sim *sim, const char *name, const struct config *config);

/**
 * sim_address() - give a node an address
 * @node: the node
 * @ifindex: the link
 * @text: the address
 * @lla: the last octet of its link-layer address
 */
void sim_address(struct sim_node *node, unsigned int ifindex, const char *text,
		 uint8_t lla);

/**
 * sim_leave() - take all addresses of a link from a node
 * @node: the node
 * @ifindex: the link
 */
void sim_leave(struct sim_node *node, unsigned int ifindex);

/**
 * sim_send() - a node sends a message
 * @node: the node
 * @m: the message
 */
void sim_send(struct sim_node *node, const struct message *m);

/**
 * sim_run() - let time pass
 * @sim: the world
 * @ms: how much
 */
void sim_run(struct sim *sim, unsigned int ms);

/**
 * sim_kill() - have a node's daemon be killed: its data path goes on
 * @node: the node
 */
void sim_kill(struct sim_node *node);

/**
 * sim_revive() - start it again
 * @node: the node
 *
 * It is shown what its data path does; what it does not want ends.
 */
void sim_revive(struct sim_node *node);

/**
 * sim_has_step() - whether something was noted of a handover
 * @record: of the handover
 * @what: the step
 *
 * Return: whether it was.
 */
bool sim_has_step(const struct record *record, const char *what);

/**
 * sim_path() - what the data path does with packets for an address
 * @node: whose
 * @text: the address
 *
 * Return: the binding, or NULL.
 */
struct path *sim_path(struct sim_node *node, const char *text);

/**
 * sim_ring() - have an alarm ring, as a state machine would
 * @node: whose it is
 * @alarm: the alarm
 * @ms: after how long
 */
void sim_ring(struct sim_node *node, struct alarm *alarm, unsigned int ms);

/**
 * sim_release() - the data path of a node has released what it held
 * @node: the node
 * @text: for whom
 */
void sim_release(struct sim_node *node, const char *text);

/**
 * sim_lla() - a link-layer address
 * @last: its last octet
 *
 * Return: the address.
 */
struct lla sim_lla(uint8_t last);

#endif
