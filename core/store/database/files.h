/* files.h: files beside the project's own: their SHA-256, copies that are on the disk when they are done, an empty folder (private to core/store) */
#pragma once

#include <gio/gio.h>

gboolean lw_store_is_sha256 (const char *text);      /* 64 lower-case hex digits: safe in a file name; NULL is none */
/* @target is synced; LW_STORE_ERROR_FULL or _IO, and then it may be there in part. */
gboolean lw_store_copy_file (const char *source, const char *target, GCancellable *cancellable, GError **error);
/* Only of a regular file; @size (out): in bytes. Returns: (transfer full): hex digits; NULL: LW_STORE_ERROR_IO, or cancelled */
char *lw_store_hash_file (const char *path, guint64 *size, GCancellable *cancellable, GError **error);
/* Makes @folder where it is missing (@made), refuses it where something is in it (LW_STORE_ERROR_EXISTS). */
gboolean lw_create_empty_folder (const char *folder, gboolean *made, GError **error);
