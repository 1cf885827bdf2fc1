/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cookies of bindings: whose they are, so that a daemon that starts takes over what
 * one before it has left in the kernel, and nothing else.
 *
 * The lower half is a note of the role's to itself: what it needs to go on, and what
 * the rest of the binding does not say.
 */
#ifndef FMIPD_COOKIE_H
#define FMIPD_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum cookie_owner - which role has made a binding: the upper half, in ASCII
 * @COOKIE_PAR: "par_"
 * @COOKIE_NAR: "nar_"
 */
enum cookie_owner {
	COOKIE_PAR = 0x7061725f,
	COOKIE_NAR = 0x6e61725f,
};

/**
 * cookie_make() - a cookie
 * @owner: who makes the binding
 * @note: its note
 *
 * Return: the cookie.
 */
static inline uint64_t cookie_make(enum cookie_owner owner, uint32_t note)
{
	return (uint64_t)owner << 32 | note;
}

/**
 * cookie_is_of() - whether a role has made a binding
 * @cookie: of the binding
 * @owner: the role
 *
 * Return: true if so.
 */
static inline bool cookie_is_of(uint64_t cookie, enum cookie_owner owner)
{
	return cookie >> 32 == owner;
}

/**
 * cookie_note() - what the role has noted
 * @cookie: of the binding
 *
 * Return: the note.
 */
static inline uint32_t cookie_note(uint64_t cookie)
{
	return cookie;
}

#endif
