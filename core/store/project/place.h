/* place.h: a project that was taken away while it was open (its drive removed, its folder renamed) and comes back (private to core/store)
 *
 * Handles outlive the path: a drive that is unmounted lazily still takes writes that nobody will ever see. So every transaction looks whether its file is at its path
 * (lw_db_is_in_place()); where it isn't, strokes wait in memory until the same project is there again. */
#pragma once

#include <time.h>
#include "store/database/database.h"

/* What the file had when it was last written here: one that lacks it is an older copy. */
typedef struct {
  gint64 change;               /* its change counter */
  char *stroke;                /* uuid of the newest; NULL: none */
  char *copy;                  /* the end of an audit chain: whose, how long, and its hash */
  gint64 audit;
  GBytes *hash;
} LwPlaceMark;
void lw_place_mark_clear (LwPlaceMark *mark);      /* frees what it holds; it may be used again */
/* Takes the place of what @mark had; stays as it was where @db can't be read any more. */
void lw_place_mark_take (LwPlaceMark *mark, LwDb *db);

/* On the writer thread: opens what is at the path of @db now, if it is the project with this UUID and has all that @mark tells of. Returns: a connection to write with,
 * or NULL with LW_STORE_ERROR_GONE: nothing is there, or another project, or an older copy of this one; or with the error of opening it. @refused: the file that was turned
 * down last, which is not opened again each time. */
typedef struct { guint64 device, inode; struct timespec changed; GError *why; } LwRefused;      /* numbers alone come back with the next drive */
LwDb *lw_place_find (const LwDb *db, const char *uuid, const LwPlaceMark *mark, LwRefused *refused, GError **error);
