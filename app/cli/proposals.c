/* proposals.c: propose, apply */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "label/apply.h"

static char **specs;

/* ---- propose ---- */

static char *model_name;

static const GOptionEntry propose_options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, MEDIA:ORDINALS such as drive:0-99,200, or @NAME (all)"), N_("SPEC") },
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model_name, N_("A model of the project, or a weights file (the model in use)"), N_("MODEL") },
  G_OPTION_ENTRY_NULL
};

static double
mean_confidence (const LwLabelMap *confidence)
{
  guint64 counts[256], pixels = 0, sum = 0;
  lw_label_map_count (confidence, counts);
  for (guint i = 0; i < 256; i++)
    {
      pixels += counts[i];
      sum += counts[i] * i;
    }
  return (double) sum / (double) pixels / 255;
}

static LwJson *
pixels_by_class (const LwLabelMap *labels, const LwPalette *palette)
{
  LwJson *object = json_object_new_object ();
  guint64 counts[256];
  lw_label_map_count (labels, counts);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (palette->classes, i);
      if (counts[class->id] > 0)
        cli_put_int (object, class->name, (gint64) counts[class->id]);
    }
  return object;
}

static gboolean
propose_frame (Cli *cli, LwProject *project, LwPictures *pictures, LwFrame *frame, const LwModel *model, const LwPalette *palette, GError **error)
{
  gint64 begun = g_get_monotonic_time ();
  LwFrameSource *source = lw_pictures_get_source (pictures, frame->media, error);
  g_autoptr(LwProposal) proposal = source != NULL ? lw_workflow_propose (project, cli_get_engine (cli), frame, source, model, cli->cancellable, error) : NULL;
  if (proposal == NULL)
    return FALSE;
  double seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC, confidence = mean_confidence (proposal->confidence);
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "frame", frame->name);
  cli_put_string (result, "model", model->name);
  cli_put_double (result, "seconds", seconds);
  cli_put_double (result, "confidence", confidence);
  json_object_object_add (result, "classes", pixels_by_class (proposal->map, palette));
  cli_json (cli, result);
  cli_line (cli, _("%-32s confidence %3.0f %%  %.2f s"), frame->name, confidence * 100, seconds);
  return TRUE;
}

/* One frame that can't be read does not keep the others from their proposals; an engine that can't run at all does. */
static gboolean
goes_on_after (const GError *error)
{
  return error->domain == LW_MEDIA_ERROR || g_error_matches (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED);
}

static gboolean
propose_all (Cli *cli, LwProject *project, GPtrArray *frames, GError **error)
{
  g_autoptr(LwModel) model = lw_workflow_find_model (project, cli_get_engine (cli), model_name, error);
  g_autoptr(LwPalette) palette = model != NULL ? lw_project_dup_palette (project, error) : NULL;
  if (palette == NULL)
    return FALSE;
  g_autoptr(LwPictures) pictures = lw_pictures_new (project);
  cli_begin (cli, _("Proposing"));
  for (guint i = 0; i < frames->len; i++)
    {
      g_autoptr(GError) reason = NULL;
      LwFrame *frame = g_ptr_array_index (frames, i);
      if (!propose_frame (cli, project, pictures, frame, model, palette, &reason))
        {
          if (!goes_on_after (reason))
            {
              g_propagate_error (error, g_steal_pointer (&reason));
              return FALSE;
            }
          cli_complain (cli, "%s: %s", frame->name, reason->message);
        }
      cli_progress ((double) (i + 1) / frames->len, cli);
    }
  cli_end (cli);
  return TRUE;
}

static gboolean
propose (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, specs, "all", error) : NULL;
  return frames != NULL && propose_all (cli, project, frames, error) && lw_project_close (project, error);
}

const CliCommand cli_propose = { "propose", "PROJECT", N_("Let a network label frames; people decide what of it is applied"),
  N_("Without --model and without a model in the project, the model that the program comes with is added to it."),
  "propose drive --frames new\npropose drive --frames drive:0-99,200 --model ~/fcn8s.safetensors", propose_options, 1, 1, propose };

/* ---- apply ---- */

static char **class_names;
static double min_confidence;
static gboolean over_hand_work, over_locked, reopen;

static const GOptionEntry apply_options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, or MEDIA:ORDINALS"), N_("SPEC") },
  { "class", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &class_names, N_("Only this class; can be given again"), N_("NAME") },
  { "min-confidence", 0, 0, G_OPTION_ARG_DOUBLE, &min_confidence, N_("Only where the network is as sure as this, 0 to 1"), N_("X") },
  { "over-hand-work", 0, 0, G_OPTION_ARG_NONE, &over_hand_work, N_("Also over what people painted or imported"), NULL },
  { "over-locked", 0, 0, G_OPTION_ARG_NONE, &over_locked, N_("Also over pixels of classes that are locked"), NULL },
  { "reopen", 0, 0, G_OPTION_ARG_NONE, &reopen, N_("Also in submitted and accepted frames, which are in progress again then"), NULL },
  G_OPTION_ENTRY_NULL
};

typedef struct { gboolean chosen[256]; LwApplySelection selection; LwProtection protection; } Application;

static gboolean
choose_classes (Application *a, const LwPalette *palette, GError **error)
{
  for (int i = 0; class_names != NULL && class_names[i] != NULL; i++)
    {
      const LwClass *class = lw_palette_find_name (palette, class_names[i]);
      if (class == NULL)
        {
          g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no class “%s”."), class_names[i]);
          return FALSE;
        }
      a->chosen[class->id] = TRUE;
    }
  a->selection.classes = class_names != NULL ? a->chosen : NULL;
  return TRUE;
}

/* What people did, and classes that are locked. */
static gboolean
protect (Application *a, LwProject *project, GError **error)
{
  if (!over_locked)
    lw_project_get_locked (project, a->protection.locked);
  g_autoptr(GPtrArray) origins = lw_project_list_origins (project, error);
  for (guint i = 0; origins != NULL && i < origins->len; i++)
    {
      const LwOrigin *origin = g_ptr_array_index (origins, i);
      a->protection.keep_origin[origin->index] = (origin->kind == LW_ORIGIN_PERSON || origin->kind == LW_ORIGIN_IMPORT) && !over_hand_work;
    }
  return origins != NULL;
}

static int
origin_of_model (LwProject *project, gint64 id, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const LwModel *model = g_ptr_array_index (models, i);
      if (model->id == id)
        return lw_project_get_origin (project, LW_ORIGIN_MODEL, model->name, id, error);
    }
  if (models != NULL)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The model of the proposal is not in the project any more."));
  return -1;
}

static gboolean
commit (LwProject *project, const LwFrame *frame, int origin, const LwHistory *history, const LwDiff *diff, GError **error)
{
  const LwStrokeInfo info = { .tool = "apply", .origin = (guint8) origin, .base_seq = history->seq };
  return lw_diff_is_empty (diff) || lw_project_commit_stroke (project, frame->id, &info, diff, error);
}

static gboolean
apply_frame (Cli *cli, LwProject *project, const LwFrame *frame, const LwProposal *proposal, const Application *a, GError **error)
{
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = lw_project_load_planes (project, frame->id, &history, error);
  int origin = planes != NULL ? origin_of_model (project, proposal->model, error) : -1;
  if (origin < 0)
    return FALSE;
  LwEdit *edit = lw_edit_new (planes, (guint8) origin, &a->protection);
  lw_apply_proposal (edit, proposal->map, proposal->confidence, &a->selection);
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  if (!commit (project, frame, origin, history, diff, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "frame", frame->name);
  cli_put_int (result, "pixels", (gint64) lw_diff_count (diff));
  cli_json (cli, result);
  cli_line (cli, _("%-32s %llu pixels"), frame->name, (unsigned long long) lw_diff_count (diff));
  return TRUE;
}

static gboolean
apply_all (Cli *cli, LwProject *project, GPtrArray *frames, const Application *a, GError **error)
{
  guint without = 0, closed = 0;
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = g_ptr_array_index (frames, i);
      g_autoptr(GError) reason = NULL;
      if (!reopen && (frame->status == LW_FRAME_SUBMITTED || frame->status == LW_FRAME_ACCEPTED))
        {
          closed++;
          continue;
        }
      g_autoptr(LwProposal) proposal = lw_project_load_proposal (project, frame->id, &reason);
      if (proposal == NULL && reason == NULL)
        without++;
      else if (proposal == NULL || !apply_frame (cli, project, frame, proposal, a, &reason))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (g_cancellable_set_error_if_cancelled (cli->cancellable, error))
        return FALSE;
    }
  if (closed > 0)
    cli_remark (cli, ngettext ("%u frame is submitted or accepted and was left alone; --reopen changes it too.",
                               "%u frames are submitted or accepted and were left alone; --reopen changes them too.", closed), closed);
  if (without > 0 && without + closed == frames->len)
    cli_complain (cli, _("None of these frames has a proposal. Make some with: labelwright-cli propose"));
  else if (without > 0)
    cli_remark (cli, ngettext ("%u frame has no proposal.", "%u frames have no proposal.", without), without);
  return TRUE;
}

static gboolean
apply (Cli *cli, char **arguments, GError **error)
{
  if (specs == NULL)
    return cli_usage (error, _("Say which frames: --frames SPEC."));
  if (!(min_confidence >= 0 && min_confidence <= 1))
    return cli_usage (error, _("--min-confidence is a number from 0 to 1."));
  Application a = { .selection = { .min_confidence = (guint8) lround (min_confidence * 255) } };
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, specs, NULL, error) : NULL;
  g_autoptr(LwPalette) palette = frames != NULL ? lw_project_dup_palette (project, error) : NULL;
  return palette != NULL && choose_classes (&a, palette, error) && protect (&a, project, error)
         && apply_all (cli, project, frames, &a, error) && lw_project_close (project, error);
}

const CliCommand cli_apply = { "apply", "PROJECT --frames SPEC", N_("Take proposals, or parts of them, into the labels"),
  N_("What people painted or imported stays as it is, unless --over-hand-work is given, and so do the pixels of classes that are locked in the window. There, what was applied to a frame is undone as one stroke."),
  "apply drive --frames new --class Road --class Sky --min-confidence 0.9", apply_options, 1, 1, apply };
