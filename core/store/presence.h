/* presence.h: who else has a frame of this project open, in other windows
 *
 * A file beside the project (windows.lock) has a place for each window: a lock that goes with its process, however that ends, and a line that says who is where. Only places that are
 * locked count, so nobody is told of a window that was killed. A thread looks every half second. Where the file can't be written (a read-only folder) a window sees nobody and is not seen. */
#pragma once

#include "store/project.h"

typedef struct {
  char *person, *name;          /* UUID, and the name at that computer */
  gint64 frame, since;          /* @since: microseconds since 1970: when it came to this frame */
} LwVisitor;
void lw_visitor_free (LwVisitor *visitor);      /* @visitor: not NULL */

/* Signal "changed", in the main context of the thread that made it: others came, went on to another frame, or left. */
#define LW_TYPE_PRESENCE (lw_presence_get_type ())
G_DECLARE_FINAL_TYPE (LwPresence, lw_presence, LW, PRESENCE, GObject)

/* (transfer full): on no frame yet. Holds no reference to @project; others see it go when its last reference does. */
LwPresence *lw_presence_new (LwProject *project);
void lw_presence_set_frame (LwPresence *presence, gint64 frame);               /* where this window is; 0: on none */
GPtrArray *lw_presence_list (LwPresence *presence, gint64 frame);              /* (element-type LwVisitor): the others on that frame, who came first first */
