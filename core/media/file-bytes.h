/* file-bytes.h: whole files, read once with bounds, and their hashes; private to core/media */
#pragma once

#include <gio/gio.h>

#define LW_HASH_PREFIX 16       /* bytes of a SHA-256 that identify a frame */

/* Opens @path for reading if it is a regular file; its size in @size. Returns a descriptor, or -1 with an error that names it. */
int lw_file_open (const char *path, guint64 *size, GError **error);

/* At most @max_bytes, else LW_MEDIA_ERROR_TOO_LARGE. */
GBytes *lw_file_read (const char *path, gsize max_bytes, GError **error);

void lw_hash (gconstpointer data, gsize size, guint8 digest[32]);
char *lw_hash_to_hex (const guint8 digest[32]);
