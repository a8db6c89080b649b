/* assistant.c: what core/assist finds in the open picture, on threads of its own */
#include "config.h"
#include "editor/assistant.h"
#include <math.h>

#define COMPACTNESS 10

typedef enum { SUPERPIXELS, WIRE, CUT, N_KINDS } Kind;

typedef struct { gboolean inside; double x, y, radius; } Mark;

/* One piece of work. It belongs to its task; the assistant knows it until it ends or is dropped. */
typedef struct {
  LwAssistant *assistant;        /* NULL: dropped */
  Kind kind;
  LwImage *image;
  GCancellable *cancellable;
  int size;
  LwCorner anchor;
  LwCutBox box;
  GPtrArray *strokes;            /* of GArray of Mark: those that the cut has not seen */
  LwSuperpixels *superpixels;    /* results */
  LwLiveWire *wire;
  LwGrabCut *cut;                /* in and out */
  GError *error;
} Job;

struct _LwAssistant {
  LwAssistantReady ready;
  LwAssistantFailed failed;
  gpointer data;
  LwImage *image;
  Job *jobs[N_KINDS];            /* running; NULL: none */
  LwSuperpixels *superpixels;
  int size;                      /* that was asked for, of those that are there */
  LwLiveWire *wire;
  LwGrabCut *cut;                /* NULL while it runs, too */
  LwCutBox box;
  gboolean cutting;              /* a cut was begun */
  GPtrArray *strokes;            /* of GArray of Mark: all of the cut */
  guint n_taken;                 /* of them: the cut has seen them, or does just now */
};

struct _LwCutDraft { LwCutBox box; GPtrArray *strokes; };

/* ---- jobs ---- */

static LwPixels
pixels_of (const LwImage *image)
{
  return (LwPixels) { image->width, image->height, image->stride, image->pixels };
}

static void
job_free (Job *job)
{
  lw_image_unref (job->image);
  g_object_unref (job->cancellable);
  g_clear_pointer (&job->strokes, g_ptr_array_unref);
  lw_superpixels_free (job->superpixels);
  lw_live_wire_free (job->wire);
  lw_grab_cut_free (job->cut);
  g_clear_error (&job->error);
  g_free (job);
}

static void
drop_job (LwAssistant *self, Kind kind)
{
  Job *job = g_steal_pointer (&self->jobs[kind]);
  if (job == NULL)
    return;
  job->assistant = NULL;
  g_cancellable_cancel (job->cancellable);
}

static gboolean
take_stroke (LwGrabCut *cut, const GArray *stroke, GError **error)
{
  for (guint i = 0; i < stroke->len; i++)
    {
      const Mark *mark = &g_array_index (stroke, Mark, i);
      lw_grab_cut_mark (cut, mark->inside, mark->x, mark->y, mark->radius);
    }
  return lw_grab_cut_run (cut, error);
}

static void
run_cut (Job *job, const LwPixels *pixels)
{
  if (job->cut == NULL)
    {
      job->cut = lw_grab_cut_new (pixels, &job->box, &job->error);
      if (job->cut == NULL || !lw_grab_cut_run (job->cut, &job->error))
        return;
    }
  for (guint i = 0; i < job->strokes->len && !g_cancellable_is_cancelled (job->cancellable); i++)
    if (!take_stroke (job->cut, job->strokes->pdata[i], &job->error))
      return;
}

static void
run_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  LwPixels pixels = pixels_of (job->image);
  LwSuperpixelOptions options = { job->size, COMPACTNESS, 0 };

  if (job->kind == SUPERPIXELS)
    job->superpixels = lw_superpixels_new (&pixels, &options, cancellable);
  else if (job->kind == WIRE)
    job->wire = lw_live_wire_new (&pixels, job->anchor, LW_LIVE_WIRE_REACH, cancellable);
  else if (!g_cancellable_is_cancelled (cancellable))
    run_cut (job, &pixels);
  g_task_return_boolean (task, TRUE);
}

static void begin_job (LwAssistant *self, Job *job);
static void run_next_cut (LwAssistant *self);

static void
take_result (LwAssistant *self, Job *job)
{
  if (job->kind == SUPERPIXELS)
    {
      lw_superpixels_free (self->superpixels);
      self->superpixels = g_steal_pointer (&job->superpixels);
      self->size = job->size;
    }
  else if (job->kind == WIRE)
    {
      lw_live_wire_free (self->wire);
      self->wire = g_steal_pointer (&job->wire);
    }
  else
    self->cut = g_steal_pointer (&job->cut);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = g_task_get_task_data (G_TASK (result));
  LwAssistant *self = job->assistant;

  if (self == NULL)
    return;
  self->jobs[job->kind] = NULL;
  take_result (self, job);
  if (job->kind == CUT && self->cut == NULL)
    self->cutting = FALSE;
  if (job->kind == CUT && self->cutting && self->n_taken < self->strokes->len)
    run_next_cut (self);
  if (job->error != NULL)
    self->failed (job->error->message, self->data);
  else
    self->ready (self->data);
}

static void
begin_job (LwAssistant *self, Job *job)
{
  drop_job (self, job->kind);
  job->assistant = self;
  job->image = lw_image_ref (self->image);
  job->cancellable = g_cancellable_new ();
  self->jobs[job->kind] = job;
  g_autoptr(GTask) task = g_task_new (NULL, job->cancellable, done_cb, NULL);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, run_in_thread);
}

/* ---- the assistant ---- */

LwAssistant *
lw_assistant_new (LwAssistantReady ready, LwAssistantFailed failed, gpointer data)
{
  LwAssistant *self = g_new0 (LwAssistant, 1);
  self->ready = ready;
  self->failed = failed;
  self->data = data;
  self->strokes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  return self;
}

void
lw_assistant_free (LwAssistant *self)
{
  lw_assistant_set_image (self, NULL);
  g_ptr_array_unref (self->strokes);
  g_free (self);
}

void
lw_assistant_set_image (LwAssistant *self, LwImage *image)
{
  if (image == self->image)
    return;
  for (int kind = 0; kind < N_KINDS; kind++)
    drop_job (self, (Kind) kind);
  g_clear_pointer (&self->superpixels, lw_superpixels_free);
  g_clear_pointer (&self->wire, lw_live_wire_free);
  lw_assistant_drop_cut (self);
  g_clear_pointer (&self->image, lw_image_unref);
  self->image = image != NULL ? lw_image_ref (image) : NULL;
}

gboolean
lw_assistant_is_busy (const LwAssistant *self)
{
  for (int kind = 0; kind < N_KINDS; kind++)
    if (self->jobs[kind] != NULL)
      return TRUE;
  return FALSE;
}

gboolean
lw_assistant_has_image (const LwAssistant *self)
{
  return self->image != NULL;
}

gboolean
lw_assistant_shows (const LwAssistant *self, const LwImage *image)
{
  return self->image == image;
}

LwPixels
lw_assistant_get_pixels (const LwAssistant *self)
{
  return pixels_of (self->image);
}

const LwSuperpixels *
lw_assistant_get_superpixels (LwAssistant *self, int size)
{
  if (self->image == NULL)
    return NULL;
  if (self->superpixels != NULL && self->size == size)
    return self->superpixels;
  if (self->jobs[SUPERPIXELS] == NULL || self->jobs[SUPERPIXELS]->size != size)
    {
      Job *job = g_new0 (Job, 1);
      job->kind = SUPERPIXELS;
      job->size = size;
      begin_job (self, job);
    }
  return NULL;
}

static gboolean
same_corner (LwCorner a, LwCorner b)
{
  return a.x == b.x && a.y == b.y;
}

const LwLiveWire *
lw_assistant_get_wire (LwAssistant *self, LwCorner anchor)
{
  if (self->image == NULL)
    return NULL;
  if (self->wire != NULL && same_corner (lw_live_wire_get_anchor (self->wire), anchor))
    return self->wire;
  if (self->jobs[WIRE] == NULL || !same_corner (self->jobs[WIRE]->anchor, anchor))
    {
      Job *job = g_new0 (Job, 1);
      job->kind = WIRE;
      job->anchor = anchor;
      begin_job (self, job);
    }
  return NULL;
}

/* ---- the cut ---- */

/* It owns the cut while it runs. */
static void
run_next_cut (LwAssistant *self)
{
  Job *job = g_new0 (Job, 1);
  job->kind = CUT;
  job->box = self->box;
  job->strokes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  while (self->n_taken < self->strokes->len)
    g_ptr_array_add (job->strokes, g_array_ref (self->strokes->pdata[self->n_taken++]));
  job->cut = g_steal_pointer (&self->cut);
  begin_job (self, job);
}

void
lw_assistant_begin_cut (LwAssistant *self, const LwCutBox *box)
{
  lw_assistant_drop_cut (self);
  if (self->image == NULL)
    return;
  self->box = *box;
  self->cutting = TRUE;
  run_next_cut (self);
}

void
lw_assistant_mark_cut (LwAssistant *self, gboolean inside, const LwCutPoint *points, gsize n, double radius)
{
  if (!self->cutting)
    return;
  GArray *stroke = g_array_new (FALSE, FALSE, sizeof (Mark));
  for (gsize i = 0; i < n; i++)
    {
      const LwCutPoint *from = &points[i > 0 ? i - 1 : 0], *to = &points[i];
      int steps = (int) ceil (hypot (to->x - from->x, to->y - from->y) / MAX (radius / 2, 0.5));
      for (int k = i > 0 ? 1 : 0; k <= steps; k++)
        {
          double part = steps > 0 ? (double) k / steps : 0;
          Mark mark = { inside, from->x + part * (to->x - from->x), from->y + part * (to->y - from->y), radius };
          g_array_append_val (stroke, mark);
        }
    }
  g_ptr_array_add (self->strokes, stroke);
  if (self->jobs[CUT] == NULL)
    run_next_cut (self);
}

void
lw_assistant_drop_cut (LwAssistant *self)
{
  drop_job (self, CUT);
  g_clear_pointer (&self->cut, lw_grab_cut_free);
  g_ptr_array_set_size (self->strokes, 0);
  self->n_taken = 0;
  self->cutting = FALSE;
}

LwCutDraft *
lw_assistant_put_cut_away (LwAssistant *self)
{
  if (!self->cutting)
    return NULL;
  LwCutDraft *draft = g_new (LwCutDraft, 1);
  *draft = (LwCutDraft) { self->box, g_ptr_array_ref (self->strokes) };
  g_ptr_array_unref (self->strokes);
  self->strokes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  lw_assistant_drop_cut (self);
  return draft;
}

void
lw_assistant_take_cut_up (LwAssistant *self, LwCutDraft *draft)
{
  lw_assistant_drop_cut (self);
  g_ptr_array_unref (self->strokes);
  self->strokes = g_ptr_array_ref (draft->strokes);
  self->box = draft->box;
  self->cutting = TRUE;
  run_next_cut (self);
  lw_cut_draft_free (draft);
}

void
lw_cut_draft_free (LwCutDraft *draft)
{
  g_ptr_array_unref (draft->strokes);
  g_free (draft);
}

gboolean
lw_assistant_has_cut (const LwAssistant *self, LwCutBox *box)
{
  if (self->cutting)
    *box = self->box;
  return self->cutting;
}

const guint8 *
lw_assistant_get_cut (const LwAssistant *self, LwCutBox *box)
{
  return self->cut != NULL ? lw_grab_cut_get_mask (self->cut, box) : NULL;
}
