/* fuzz-project.c: a project's file from somebody else: opened, read, checked, worked in, and repaired */
#include "fuzz.h"
#include <glib/gstdio.h>
#include <unistd.h>
#include "store/past.h"
#include "store/repair.h"

#define MOST 6               /* frames, and revisions of each, that are read */

static void
remove_tree (const char *folder)
{
  g_autoptr(GDir) dir = g_file_test (folder, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      remove_tree (path);
    }
  g_remove (folder);
}

static char *
make_folder (const guint8 *data, gsize size)
{
  char *folder = g_strdup (g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm/lw-fuzz-XXXXXX" : "/tmp/lw-fuzz-XXXXXX");

  g_assert (g_mkdtemp (folder) != NULL);
  g_autofree char *project = g_build_filename (folder, "project", NULL), *file = g_build_filename (project, "project.sqlite", NULL);
  g_assert (g_mkdir (project, 0700) == 0 && g_file_set_contents_full (file, (const char *) data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  return folder;
}

static void
read_frame (LwProject *project, const LwFrame *frame)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = lw_project_load_planes (project, frame->id, &history, &error);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame->id, NULL);
  g_autoptr(LwProposal) proposal = lw_project_load_proposal (project, frame->id, NULL);

  FUZZ_ASSERT ((planes == NULL) == (error != NULL));
  FUZZ_ASSERT (planes == NULL || (planes->plane[0]->width == frame->width && planes->plane[1]->height == frame->height));
  for (guint i = 0; revisions != NULL && i < MIN (revisions->len, MOST); i++)
    lw_planes_free (lw_project_load_revision (project, ((LwRevision *) revisions->pdata[i])->id, NULL));
  for (guint i = 0; history != NULL && i < MIN (history->undo->len, MOST); i++)
    lw_diff_unref (lw_project_load_diff (project, frame->id, history->undo->pdata[i], NULL));
}

static void
paint (LwProject *project, const LwFrame *frame)
{
  g_autoptr(LwPlanes) planes = lw_project_load_planes (project, frame->id, NULL, NULL);

  if (planes == NULL)
    return;
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  lw_edit_span (edit, 1, 1, 9, 1);
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  lw_project_commit_stroke (project, frame->id, &(LwStrokeInfo) { .tool = "brush", .base_seq = -1 }, diff, NULL);
  lw_project_act (project, &frame->id, 1, LW_ACTION_ACCEPT, NULL, NULL);
}

static void
use (LwProject *project)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL), origins = lw_project_list_origins (project, NULL), media = lw_project_list_media (project, NULL);
  g_autoptr(GPtrArray) audit = lw_project_list_audit (project, 0, NULL), snapshots = lw_project_list_snapshots (project, NULL);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, NULL);

  for (guint i = 0; frames != NULL && i < MIN (frames->len, MOST); i++)
    read_frame (project, frames->pdata[i]);
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, NULL);
  if (frames != NULL && frames->len > 0)
    paint (project, frames->pdata[0]);
}

/* What repair makes is sound, whatever it was made of; but media and models are elsewhere, and a changed audit row stays one. */
static void
repair (const char *folder, const char *target)
{
  g_auto(LwRepairReport) report = { 0 };

  if (!lw_project_repair (folder, target, &report, NULL, NULL, NULL, NULL))
    return;
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) project = lw_project_open (target, &error);
  FUZZ_ASSERT (project != NULL);
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
  FUZZ_ASSERT (problems != NULL);
  for (guint i = 0; i < problems->len; i++)
    if (!g_str_has_prefix (problems->pdata[i], "Medium") && !g_str_has_prefix (problems->pdata[i], "Model") && !g_str_has_prefix (problems->pdata[i], "Audit chain"))
      g_error ("after a repair: %s", (char *) problems->pdata[i]);
  lw_project_close (project, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = make_folder (data, size), *project_folder = g_build_filename (folder, "project", NULL), *target = g_build_filename (folder, "repaired", NULL);

  repair (project_folder, target);
  g_autoptr(LwProject) project = lw_project_open (project_folder, &error);
  FUZZ_ASSERT ((project == NULL) == (error != NULL));
  if (project != NULL)
    {
      use (project);
      lw_project_close (project, NULL);
    }
  remove_tree (folder);
  return 0;
}
