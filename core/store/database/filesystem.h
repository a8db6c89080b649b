/* filesystem.h: what the folder of a project lies on (private to core/store) */
#pragma once

#include <gio/gio.h>

/* WAL needs memory shared between all who write, which no network file system gives. @magic: f_type of statfs();
 * @type: the type in the mount table ("fuse.sshfs"), or NULL. Returns: its name for a person, or NULL where it is local. */
const char *lw_filesystem_network_name (guint64 magic, const char *type);
/* The same for a path that exists. */
const char *lw_filesystem_network_at (const char *path);
/* LW_STORE_ERROR_INVALID where @folder is on one. */
gboolean lw_filesystem_refuse_network (const char *folder, GError **error);
/* FALSE: a new file can't be made in @folder, or @file in it can't be changed. */
gboolean lw_filesystem_is_writable (const char *folder, const char *file);
/* Makes a rename or a new file in @folder durable. */
void lw_filesystem_sync_folder (const char *folder);
