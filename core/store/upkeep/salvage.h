/* salvage.h: rows of a damaged file, taken into a new one with the same ids (private to core/store) */
#pragma once

#include "store/database/database.h"

/* @db: a new project's file without rows, triggers and checks of references. What @path and its log say goes in row by row; what is no sound row does not. */
gboolean lw_salvage_rows (const char *path, LwDb *db, GCancellable *cancellable, GError **error);
