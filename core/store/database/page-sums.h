/* page-sums.h: a checksum at the end of each page of a project file, so that a bit that the disk has changed shows, wherever it is (private to core/store)
 *
 * The last 8 bytes of a page are reserved for it (byte 20 of the file's header says so). It is written by a layer over SQLite's own access to files, when a page goes into
 * the main file; the log has checksums of its own. Any other program reads the file as it is; one that writes it leaves sums behind that are no longer right.
 * The sum is that of SQLite's checksum VFS (ext/misc/cksumvfs.c): over the page before it, as little-endian u32 a[0], a[1] …: s1 += a[i] + s2, s2 += a[i + 1] + s1. */
#pragma once

#include "store/database/database.h"

#define LW_PAGE_SUM_BYTES 8

/* The name of the layer for sqlite3_open_v2(), over the VFS that is SQLite's default when it is first asked for. */
const char *lw_page_sums_get_vfs (void);
/* For a file whose pages may be written before its header: what will stand in it. */
void lw_page_sums_expect (LwDb *db, int reserved);
/* Pages of a new file, before anything is written to it, or of an old one at its next VACUUM, end with a sum. */
void lw_page_sums_use (LwDb *db);
/* Bytes at the end of each page that SQLite leaves to others: LW_PAGE_SUM_BYTES where the file has sums; -1: not known */
int lw_page_sums_get_reserved (LwDb *db);

/* Whether a page has its sum. Pages of zeros, which SQLite leaves where it has not written yet, are sound. */
gboolean lw_page_is_sound (const guint8 *page, gsize page_size);
/* Adds to @problems what pages of the file are not as they were written; nothing for a file without sums. */
gboolean lw_page_sums_verify (LwDb *db, GPtrArray *problems, GCancellable *cancellable, GError **error);
