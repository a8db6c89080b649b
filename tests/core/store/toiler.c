/* toiler.c: works in a project in one way until it is killed, and names on its standard output what was acknowledged: “stroke UUID”, “revision UUID”, “backup PATH”, “dataset NAME”, “job UUID”, “model NAME”, “done UUID” (a job), “promoted NAME”
 *
 * toiler FOLDER WAY SEED, where WAY is one of those at the end of this file */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "store/backup.h"
#include "store/merge.h"
#include "store/past.h"

typedef struct {
  LwProject *project;
  const char *folder;
  GRand *rand;
  gint64 frames[3];
  guint round;
} Toiler;

static void
say (const char *what, const char *which)
{
  g_autofree char *line = g_strdup_printf ("%s %s\n", what, which);
  if (write (STDOUT_FILENO, line, strlen (line)) != (gssize) strlen (line))
    exit (1);
}

/* @call sets @error where it is false. */
#define MUST(call) \
  do \
    if (!(call)) \
      g_error ("%s", error != NULL ? error->message : #call); \
  while (0)

static gint64
some_frame (Toiler *self)
{
  return self->frames[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (self->frames))];
}

static void
paint_in (Toiler *self, LwProject *project, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *uuid = g_uuid_string_random ();
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, NULL);
  g_autoptr(LwDiff) diff = fixture_paint_random (planes, self->rand, 5);
  MUST (lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .uuid = uuid, .tool = "brush", .base_seq = -1 }, diff, &error));
  if (project == self->project)
    say ("stroke", uuid);
}

static void
paint (Toiler *self)
{
  paint_in (self, self->project, some_frame (self));
}

static void
say_newest_revision (Toiler *self, gint64 frame)
{
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (self->project, frame, NULL);
  if (revisions->len > 0)
    say ("revision", ((LwRevision *) revisions->pdata[0])->uuid);
}

/* Submitted, accepted, returned: whichever of them the frame takes. */
static void
accept (Toiler *self)
{
  gint64 frame = some_frame (self);
  paint_in (self, self->project, frame);
  lw_project_act (self->project, &frame, 1, (LwAction) g_rand_int_range (self->rand, LW_ACTION_SUBMIT, LW_ACTION_RETURN + 1), "note", NULL);
  say_newest_revision (self, frame);
  if (self->round % 7 == 0)
    lw_project_act (self->project, self->frames, 3, LW_ACTION_ACCEPT, NULL, NULL);
}

static void
import (Toiler *self)
{
  g_autoptr(GError) error = NULL;
  gint64 frame = some_frame (self);
  g_autoptr(LwPlanes) planes = fixture_load (self->project, frame, NULL);
  LwLabelMap *map = planes->plane[LW_PLANE_CLASS];
  for (int y = 0; y < map->height; y++)
    memset (lw_label_map_row (map, y), g_rand_int_range (self->rand, 0, 5), (gsize) map->width);
  MUST (lw_project_import_map (self->project, frame, map, 0, LW_REVISION_IMPORT, "from elsewhere", &error));
  say_newest_revision (self, frame);
}

static void
restore (Toiler *self)
{
  LwRestored restored;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_uuid_string_random ();
  paint (self);
  MUST (lw_project_add_snapshot (self->project, name, NULL, NULL, NULL, NULL, &error) != 0);
  paint (self);
  MUST (lw_project_restore_snapshot (self->project, self->frames, 3, name, &restored, NULL, NULL, NULL, &error));
}

static int
take_theirs (const LwMergeRegion *region, gpointer data)
{
  return 1;
}

/* A package goes out, both sides paint, and it comes back. */
static void
merge (Toiler *self)
{
  g_autofree char *name = g_strdup_printf ("package-%u-%d", self->round, getpid ()), *root = g_path_get_dirname (self->folder), *folder = g_build_filename (root, name, NULL);
  g_autoptr(GError) error = NULL;
  g_auto(LwMergeReport) report = { 0 };
  MUST (lw_project_package (self->project, self->frames, 2, folder, NULL, NULL, NULL, &error));
  g_autoptr(LwProject) package = lw_project_open (folder, &error);
  MUST (package != NULL);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (package, &error);
  for (guint i = 0; i < frames->len; i++)
    paint_in (self, package, ((LwFrame *) frames->pdata[i])->id);
  if (g_rand_boolean (self->rand))
    paint (self);
  MUST (lw_project_merge (self->project, package, take_theirs, NULL, FALSE, &report, NULL, NULL, NULL, &error));
  MUST (lw_project_close (package, &error));
  g_clear_object (&package);
  fixture_remove_tree (folder);
}

static void
open_again (Toiler *self)
{
  g_autoptr(GError) error = NULL;
  paint (self);
  MUST (lw_project_close (self->project, &error));
  g_clear_object (&self->project);
  self->project = lw_project_open (self->folder, &error);
  MUST (self->project != NULL);
}

static void
back_up (Toiler *self)
{
  g_autoptr(GError) error = NULL;
  paint (self);
  g_autofree char *path = lw_project_back_up (self->project, NULL, NULL, NULL, NULL, &error);
  MUST (path != NULL);
  say ("backup", path);
}

/* What a training leaves in the project, from the dataset to the model that proposes; the engine has no hand in the file. */
static void
train (Toiler *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_uuid_string_random ();
  gint64 frame = some_frame (self);
  do
    paint_in (self, self->project, frame);
  while (!lw_project_act (self->project, &frame, 1, LW_ACTION_ACCEPT, NULL, NULL));      /* an eraser may have left nothing */
  gint64 dataset = lw_project_create_dataset (self->project, name, NULL, 0, NULL, 0, &error);
  MUST (dataset != 0);
  say ("dataset", name);
  g_autoptr(LwJob) job = lw_project_create_job (self->project, "train", dataset, 0, &error);
  MUST (job != NULL);
  say ("job", job->uuid);
  g_autofree char *weights = g_build_filename (job->folder, "best.safetensors", NULL);
  MUST (g_file_set_contents (weights, name, -1, &error));
  LwModel described = { .name = name, .architecture = (char *) "net", .classes = (char *) "[\"class0\"]", .dataset = dataset };
  gint64 model = lw_project_add_model (self->project, &described, weights, &error);
  MUST (model != 0);
  say ("model", name);
  MUST (lw_project_add_evaluation (self->project, model, dataset, "{}", &error));
  MUST (lw_project_finish_job (self->project, job->id, LW_JOB_DONE, model, NULL, &error));
  say ("done", job->uuid);
  MUST (lw_project_promote_model (self->project, model, "better", &error));
  say ("promoted", name);
}

/* Proposals come, something of them is applied or not, and they go again. */
static void
propose (Toiler *self)
{
  g_autoptr(GError) error = NULL;
  gint64 frame = some_frame (self);
  g_autoptr(LwPlanes) planes = fixture_load (self->project, frame, NULL);
  g_autoptr(LwModel) model = lw_project_get_champion (self->project, &error);
  if (model == NULL)
    {
      train (self);
      return;
    }
  LwLabelMap *map = planes->plane[LW_PLANE_CLASS];
  g_autoptr(LwLabelMap) proposed = lw_label_map_new (map->width, map->height), confidence = lw_label_map_new ((map->width + 3) / 4, (map->height + 3) / 4);
  for (int y = 0; y < map->height; y++)
    memset (lw_label_map_row (proposed, y), g_rand_int_range (self->rand, 0, 5), (gsize) map->width);
  MUST (lw_project_set_proposal (self->project, &(LwProposal) { .frame = frame, .model = model->id, .map = proposed, .confidence = confidence }, &error));
  if (g_rand_boolean (self->rand))
    paint_in (self, self->project, frame);
  else
    MUST (lw_project_discard_proposal (self->project, frame, &error));
}

static const struct { const char *name; void (*work) (Toiler *self); } ways[] = {
  { "paint", paint }, { "accept", accept }, { "import", import }, { "restore", restore }, { "merge", merge }, { "open", open_again }, { "back-up", back_up }, { "train", train },
  { "propose", propose },
};

int
main (int argc, char **argv)
{
  if (argc != 4)
    return 2;
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed ((guint32) g_ascii_strtoull (argv[3], NULL, 10));
  Toiler toiler = { .project = lw_project_open (argv[1], &error), .folder = argv[1], .rand = rand };
  MUST (toiler.project != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (toiler.frames); i++)
    toiler.frames[i] = fixture_frame (toiler.project, i);
  say ("ready", argv[2]);
  for (gsize way = 0; way < G_N_ELEMENTS (ways); way++)
    for (; strcmp (argv[2], ways[way].name) == 0; toiler.round++)
      ways[way].work (&toiler);
  return 2;
}
