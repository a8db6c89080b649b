/* repair.h: a new project from whatever can still be read of a damaged one */
#pragma once

#include "store/project.h"

typedef struct {
  guint frames, revisions, strokes;      /* in the new project */
  GPtrArray *lost;                       /* (element-type utf8): what could not be read, in words; empty where all is there */
} LwRepairReport;
void lw_repair_report_clear (LwRepairReport *report);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwRepairReport, lw_repair_report_clear)

/* Makes a project in @target (a folder that is empty or not there) of every frame, revision and stroke of @folder that is whole, without changing @folder. Models and
 * copied media come along. Where strokes of a frame are lost, its journal leads through its revisions instead, and ends at the newest labels that can be read.
 * Proposals, jobs and steps of undo are not taken. LW_STORE_ERROR_NOT_FOUND where nothing can be read. */
gboolean lw_project_repair (const char *folder, const char *target, LwRepairReport *report, LwProgress progress, gpointer data, GCancellable *cancellable,
                            GError **error);
