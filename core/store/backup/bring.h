/* bring.h: what a new project takes from another one beside rows: files, paths, and the guards of its tables (private to core/store) */
#pragma once

#include "store/project/project-private.h"

/* models/ and media/ of @folder come to @target, as links where that can be. Returns: how many files could not be brought; verify names them. */
guint lw_bring_files (const char *folder, const char *target, GCancellable *cancellable);
/* Media lie where they lay; the path to them begins at @target now. */
gboolean lw_media_move_paths (LwDb *db, const char *folder, const char *target, GError **error);
/* What refuses changes stands back until everything is in its place. Returns: (transfer full) (element-type utf8): for restore */
GPtrArray *lw_triggers_drop (LwDb *db, GError **error);
/* Makes again what lw_triggers_drop() took out, in its order. @triggers: borrowed */
gboolean lw_triggers_restore (LwDb *db, GPtrArray *triggers, GError **error);
