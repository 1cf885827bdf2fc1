/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What faults and messages are called, for people.
 */
#ifndef FMIPD_NAMES_H
#define FMIPD_NAMES_H

#include "fault.h"
#include "nd.h"

/**
 * fault_text() - what is wrong, in words
 * @kind: a fault
 *
 * Return: a text without a full stop, never NULL.
 */
const char *fault_text(enum fault_kind kind);

/**
 * mh_name() - what a type of messages is called
 * @type: the type
 *
 * Return: the name, or NULL if it is not known.
 */
const char *mh_name(uint8_t type);

/**
 * nd_name() - what a message is called
 * @type: which one
 *
 * Return: the name, or NULL if there is no such type.
 */
const char *nd_name(enum nd_number type);

#endif
