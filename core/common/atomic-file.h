/* atomic-file.h: a file that appears whole under its name or not at all */
#pragma once

#include <gio/gio.h>
#include <stdio.h>

/* Written beside @path under a temporary name; commit syncs and renames it, release without commit removes it. */
typedef struct {
  FILE *stream;
  char *path, *temporary;
  gboolean unsynced;        /* set it before the commit of one of many files that count for nothing until the last one is there */
} LwAtomicFile;

gboolean lw_atomic_file_open (LwAtomicFile *file, const char *path, GError **error);    /* G_FILE_ERROR */
/* FALSE: nothing is left of it, and what stood under @path before still does. */
gboolean lw_atomic_file_commit (LwAtomicFile *file, GError **error);
/* The whole file at once: @length bytes of @text, -1: up to its end. G_FILE_ERROR, which names @path. */
gboolean lw_atomic_file_write (const char *path, const char *text, gssize length, GError **error);
/* All that was written to the file system of @path is on disk. */
gboolean lw_sync_folder (const char *path, GError **error);
void lw_atomic_file_release (LwAtomicFile *file);                                       /* also after a commit */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwAtomicFile, lw_atomic_file_release)
