/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data path: bindings and tunnels of fmip.ko.
 *
 * The numbers of bindings in the kernel are the kernel's choice, since other programs
 * have bindings, too; those of the engine are translated.
 */
#ifndef FMIPD_PATH_H
#define FMIPD_PATH_H

#include "engine.h"
#include "loop.h"

struct paths;

/**
 * paths_open() - begin to use the data path
 * @loop: waits for what it tells
 * @changed: is told
 * @arg: for @changed
 * @paths: becomes the bindings
 *
 * Return: 0; -ENOENT if the fmip module is not loaded; or another negative errno.
 */
int paths_open(struct loop *loop,
	       void (*changed)(void *arg, const struct path_event *event), void *arg,
	       struct paths **paths);

/**
 * paths_close() - end it; bindings that are there stay
 * @paths: the bindings, or NULL
 */
void paths_close(struct paths *paths);

/**
 * paths_adopt() - go through the bindings from before a restart
 * @paths: the bindings
 * @adopt: whether somebody wants it; else it is deleted
 * @arg: for @adopt
 *
 * Return: 0 or a negative errno.
 */
int paths_adopt(struct paths *paths,
		bool (*adopt)(void *arg, const struct path *path), void *arg);

/**
 * paths_set() - make or change a binding
 * @paths: the bindings
 * @path: all of it
 *
 * Return: 0 or a negative errno, and then nothing has changed.
 */
int paths_set(struct paths *paths, const struct path *path);

/**
 * paths_end() - delete a binding
 * @paths: the bindings
 * @id: which one; one that is not there is no error
 */
void paths_end(struct paths *paths, uint32_t id);

/**
 * paths_figures() - what a binding has counted
 * @paths: the bindings
 * @id: which one
 * @figures: become what it has
 *
 * Return: 0 or a negative errno.
 */
int paths_figures(struct paths *paths, uint32_t id, struct path_figures *figures);

#endif
