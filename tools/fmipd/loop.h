/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon waits for: file descriptors, signals, and moments.
 */
#ifndef FMIPD_LOOP_H
#define FMIPD_LOOP_H

#include "world.h"

struct event_base;
struct loop;
struct loop_watch;

/**
 * loop_open() - make one
 *
 * Return: the loop, or NULL without memory.
 */
struct loop *loop_open(void);

/**
 * loop_close() - end it, when nothing is watched any more and no alarm is set
 * @loop: the loop, or NULL
 */
void loop_close(struct loop *loop);

/**
 * loop_run() - wait, and call who is waiting, until loop_stop()
 * @loop: the loop
 *
 * Return: 0 or a negative errno.
 */
int loop_run(struct loop *loop);

/**
 * loop_stop() - have loop_run() return
 * @loop: the loop
 */
void loop_stop(struct loop *loop);

/**
 * loop_watch() - wait until a file can be read
 * @loop: the loop
 * @fd: the file
 * @ready: is called whenever it can
 * @arg: for @ready
 *
 * Return: for loop_forget(), or NULL without memory.
 */
struct loop_watch *loop_watch(struct loop *loop, int fd, void (*ready)(void *arg),
			      void *arg);

/**
 * loop_signal() - wait for a signal
 * @loop: the loop
 * @number: which one
 * @came: is called whenever it comes, not in a signal handler
 * @arg: for @came
 *
 * Return: for loop_forget(), or NULL without memory.
 */
struct loop_watch *loop_signal(struct loop *loop, int number, void (*came)(void *arg),
			       void *arg);

/**
 * loop_forget() - wait for it no more
 * @watch: for what, or NULL
 */
void loop_forget(struct loop_watch *watch);

/**
 * loop_alarm_set() - ring at a moment, and at no other that was set before
 * @loop: the loop
 * @alarm: is rung
 * @at_ns: when, CLOCK_MONOTONIC
 */
void loop_alarm_set(struct loop *loop, struct alarm *alarm, uint64_t at_ns);

/**
 * loop_alarm_stop() - do not ring
 * @alarm: the alarm
 */
void loop_alarm_stop(struct alarm *alarm);

/**
 * loop_base() - for what libevent does itself
 * @loop: the loop
 *
 * Return: libevent's loop.
 */
struct event_base *loop_base(struct loop *loop);

/**
 * loop_now() - what time it is
 *
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
uint64_t loop_now(void);

#endif
