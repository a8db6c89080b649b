/* maker.h: whose a stroke is */
#pragma once

#include "store/project.h"

typedef struct {
  char *name;                  /* NULL: the person at this computer */
  gint64 created;              /* microseconds since 1970, UTC */
} LwMaker;
LwMaker *lw_maker_copy (const LwMaker *maker);      /* (transfer full) */
void lw_maker_free (LwMaker *maker);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwMaker, lw_maker_free)

/* (transfer full): NULL without an error where the frame has no such stroke on the disk. An undo is a stroke, too. */
LwMaker *lw_project_find_maker (LwProject *project, gint64 frame, const char *stroke_uuid, GError **error);
