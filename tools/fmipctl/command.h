/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_COMMAND_H
#define FMIPCTL_COMMAND_H

#include "args.h"

#define FMIPCTL_VERSION	"0.1"

/**
 * command_binding() - carry out a command about bindings
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_binding(struct args *args);

/**
 * command_tunnel() - carry out a command about tunnels
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_tunnel(struct args *args);

/**
 * command_stats() - carry out a command about statistics
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_stats(struct args *args);

/**
 * command_config() - carry out a command about settings
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_config(struct args *args);

/**
 * command_monitor() - carry out a command about events
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_monitor(struct args *args);

/**
 * command_handover() - carry out a command about handovers of fmipd
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_handover(struct args *args);

/**
 * command_neighbor() - carry out a command about routers that fmipd knows
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_neighbor(struct args *args);

/**
 * command_key() - carry out a command about keys of fmipd
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_key(struct args *args);

/**
 * command_link() - carry out a command about links that fmipd watches
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_link(struct args *args);

/**
 * command_agent() - carry out a command about fmipd itself
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_agent(struct args *args);

/**
 * command_version() - carry out a command about versions
 * @args: the words behind the name of the object
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_version(struct args *args);

/**
 * command_run() - carry out a command
 * @args: its words, with the name of its object in front
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome command_run(struct args *args);

/**
 * command_help() - print what "help" alone prints
 */
void command_help(void);

#endif
