// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"

#define DEPTH_MAX	8
#define FILE_SIZE_MAX	(16 << 20)

/* A longer number can be more than 64 bits. */
#define NUMBER_MAX	17

static const char include[] = "@include";

enum state {
	IN_CODE,
	IN_STRING,
	IN_COMMENT,
};

/*
 * A file while it is read: @data up to @end, @line of it, @state at the end of
 * what was looked at, which began in line @since.
 */
struct source {
	struct config_text *text;
	struct config_error *error;
	size_t file;
	unsigned int depth;
	const char *data;
	const char *end;
	unsigned int line;
	enum state state;
	unsigned int since;
};

bool config_wrong(struct config_error *error, const char *file, unsigned int line,
		  const char *format, ...)
{
	size_t size = sizeof(error->text), len;
	va_list args;
	char *c;

	if (line)
		snprintf(error->text, size, "%s:%u: ", file, line);
	else
		snprintf(error->text, size, "%s: ", file);
	len = strlen(error->text);
	va_start(args, format);
	vsnprintf(error->text + len, size - len, format, args);
	va_end(args);
	/* What is quoted from a file must not make lines of its own in a log. */
	for (c = error->text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return false;
}

static const char *name_of(const struct source *source)
{
	return source->text->files[source->file].name;
}

static bool wrong_here(const struct source *source, const char *what)
{
	return config_wrong(source->error, name_of(source), source->line, "%s", what);
}

/* Text may have keys in it, which realloc() would leave behind. */
static bool add(struct config_text *text, const char *data, size_t len)
{
	size_t size = text->size ? text->size : 4096;
	char *larger;

	while (size - text->len <= len)
		size *= 2;
	if (size > text->size) {
		larger = malloc(size);
		if (!larger)
			return false;
		if (text->text) {
			memcpy(larger, text->text, text->len);
			explicit_bzero(text->text, text->len);
			free(text->text);
		}
		text->text = larger;
		text->size = size;
	}
	memcpy(text->text + text->len, data, len);
	text->len += len;
	text->text[text->len] = '\0';
	return true;
}

static bool end_line(const struct source *source)
{
	struct config_text *text = source->text;
	struct config_line *larger;
	size_t size;

	if (text->lines_count == text->lines_size) {
		size = text->lines_size ? 2 * text->lines_size : 64;
		larger = reallocarray(text->lines, size, sizeof(*larger));
		if (!larger)
			return false;
		text->lines = larger;
		text->lines_size = size;
	}
	text->lines[text->lines_count++] = (struct config_line){
		source->file, source->line
	};
	return add(text, "\n", 1);
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || strchr("_*-.", c);
}

static bool is_integer(const char *word, size_t len)
{
	const char *digits = "0123456789";

	if (len && *word == '-') {
		word++;
		len--;
	}
	if (len > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		digits = "0123456789abcdefABCDEF";
		word += 2;
		len -= 2;
	}
	return len && strspn(word, digits) >= len;
}

/* A name, or a number, which libconfig takes for one of 64 bits if told so. */
static bool add_word(struct source *source, const char **at, const char *end)
{
	const char *word = *at;
	size_t len = 0;

	while (word + len < end && in_word(word[len]))
		len++;
	*at += len;
	if (!is_integer(word, len))
		return add(source->text, word, len) || wrong_here(source, "out of memory");
	if (len > NUMBER_MAX)
		return wrong_here(source, "a number of too many digits");
	return (add(source->text, word, len) && add(source->text, "L", 1)) ||
	       wrong_here(source, "out of memory");
}

static void enter(struct source *source, enum state state)
{
	source->state = state;
	source->since = source->line;
}

/* How many characters stay together in a string or comment; ends it. */
static size_t step_inside(struct source *source, const char *at, const char *end)
{
	if (source->state == IN_STRING) {
		if (*at == '\\' && at + 1 < end)
			return 2;
		if (*at == '"')
			enter(source, IN_CODE);
	} else if (*at == '*' && at + 1 < end && at[1] == '/') {
		enter(source, IN_CODE);
		return 2;
	}
	return 1;
}

/* The same between them; 0 if the rest of the line is a comment. */
static size_t step_code(struct source *source, const char *at, const char *end)
{
	bool two = at + 1 < end;

	if (*at == '#' || (*at == '/' && two && at[1] == '/'))
		return 0;
	if (*at == '/' && two && at[1] == '*') {
		enter(source, IN_COMMENT);
		return 2;
	}
	if (*at == '"')
		enter(source, IN_STRING);
	return 1;
}

static bool add_line(struct source *source, const char *at, const char *end)
{
	size_t len;

	while (at < end) {
		if (source->state == IN_CODE && in_word(*at)) {
			if (!add_word(source, &at, end))
				return false;
			continue;
		}
		len = source->state == IN_CODE ? step_code(source, at, end) :
						 step_inside(source, at, end);
		if (!len)
			break;
		if (!add(source->text, at, len))
			return wrong_here(source, "out of memory");
		at += len;
	}
	return end_line(source) || wrong_here(source, "out of memory");
}

static bool read_source(struct config_text *text, const char *path, unsigned int depth,
			const struct source *from, struct config_error *error);

/* A relative name begins where the file is in which it stands. */
static bool include_file(const struct source *source, const char *name, size_t len)
{
	const char *here = name_of(source), *slash = strrchr(here, '/');
	int directory = *name == '/' || !slash ? 0 : slash + 1 - here;
	char *path;
	bool good;

	if (source->depth == DEPTH_MAX)
		return wrong_here(source, "files include each other, or too deep");
	if (asprintf(&path, "%.*s%.*s", directory, here, (int)len, name) < 0)
		return wrong_here(source, "out of memory");
	good = read_source(source->text, path, source->depth + 1, source, source->error);
	free(path);
	return good;
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	return at;
}

/* @at is behind the word. */
static bool read_include(const struct source *source, const char *at, const char *end)
{
	const char *name, *quote;

	at = skip_blanks(at, end);
	quote = at < end && *at == '"' ? memchr(at + 1, '"', end - at - 1) : NULL;
	if (!quote || quote == at + 1)
		return wrong_here(source, "@include: expected the name of a file in quotes");
	name = at + 1;
	at = skip_blanks(quote + 1, end);
	if (at < end && *at != '#' && strncmp(at, "//", 2))
		return wrong_here(source, "@include: nothing may follow in its line");
	return include_file(source, name, quote - name);
}

static bool read_line(struct source *source, const char *at, const char *end)
{
	const char *word = skip_blanks(at, end);
	size_t len = strlen(include);

	if (source->state == IN_CODE && (size_t)(end - word) >= len &&
	    !memcmp(word, include, len))
		return read_include(source, word + len, end);
	return add_line(source, at, end);
}

static bool read_lines(struct source *source)
{
	const char *at, *end;

	for (at = source->data; at < source->end; at = end + 1) {
		end = memchr(at, '\n', source->end - at);
		if (!end)
			end = source->end;
		source->line++;
		if (memchr(at, '\0', end - at))
			return wrong_here(source, "a NUL octet");
		if (!read_line(source, at, end))
			return false;
	}
	if (source->state == IN_CODE)
		return true;
	source->line = source->since;
	return wrong_here(source, source->state == IN_STRING ?
				  "a string without its end" :
				  "a comment without its end");
}

static bool add_file(struct config_text *text, const char *path, const struct stat *st)
{
	struct config_file *larger, *file;

	larger = reallocarray(text->files, text->files_count + 1, sizeof(*larger));
	if (!larger)
		return false;
	text->files = larger;
	file = &larger[text->files_count];
	*file = (struct config_file){ strdup(path), st->st_mode, st->st_uid };
	text->files_count += !!file->name;
	return file->name;
}

/* What is in the file, and a NUL behind it; NULL and errno if that cannot be. */
static char *read_all(int fd, size_t size)
{
	char *data = malloc(size + 1);
	size_t len = 0;
	ssize_t got;

	if (!data)
		return NULL;
	while (len <= size) {
		got = read(fd, data + len, size + 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += got;
	}
	if (len == size && !got) {
		data[len] = '\0';
		return data;
	}
	if (got >= 0)
		errno = EAGAIN;
	explicit_bzero(data, len);
	free(data);
	return NULL;
}

/* Whether it can be read; says why not. */
static const char *unreadable(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "it is not a regular file";
	return st->st_size > FILE_SIZE_MAX ? "it is larger than 16 MiB" : NULL;
}

static char *open_and_read(const char *path, struct stat *st, const char **why)
{
	char *data = NULL;
	int fd;

	*why = NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && !fstat(fd, st)) {
		*why = unreadable(st);
		if (!*why)
			data = read_all(fd, st->st_size);
	}
	if (!data && !*why)
		*why = strerror(errno);
	if (fd >= 0)
		close(fd);
	return data;
}

/* @from is that which includes it, or NULL. */
static bool read_source(struct config_text *text, const char *path, unsigned int depth,
			const struct source *from, struct config_error *error)
{
	struct source source = {
		.text = text, .error = error, .depth = depth, .file = text->files_count,
	};
	struct stat st;
	const char *why;
	char *data;
	bool good;

	data = open_and_read(path, &st, &why);
	if (!data && from)
		return config_wrong(error, name_of(from), from->line,
				    "@include: cannot read %s: %s", path, why);
	if (!data)
		return config_wrong(error, path, 0, "cannot be read: %s", why);
	source.data = data;
	source.end = data + st.st_size;
	good = add_file(text, path, &st) ? read_lines(&source) :
	       config_wrong(error, path, 0, "out of memory");
	explicit_bzero(data, st.st_size);
	free(data);
	return good;
}

bool config_text_read(struct config_text *text, const char *path,
		      struct config_error *error)
{
	return read_source(text, path, 0, NULL, error) &&
	       (add(text, "", 0) || config_wrong(error, path, 0, "out of memory"));
}

void config_text_free(struct config_text *text)
{
	size_t i;

	for (i = 0; i < text->files_count; i++)
		free(text->files[i].name);
	if (text->text)
		explicit_bzero(text->text, text->len);
	free(text->text);
	free(text->lines);
	free(text->files);
}
