/* validate.c: how good the weights of an epoch are on the validation frames, in batches; a batch is counted while the device works on the next one */
#include "config.h"
#include "trainer-private.h"
#include "label/metrics.h"
#include <math.h>
#include <string.h>

static guint
first_frame (const LwTrainer *trainer, guint batch)
{
  return batch * trainer->val_batch;
}

/* The last batch may not be full: its rest repeats the last frame and is not looked at. */
static guint
frames_in (const LwTrainer *trainer, guint batch)
{
  return MIN (trainer->val_batch, trainer->set->n_val - first_frame (trainer, batch));
}

static guint
count_frames_cb (gpointer data, guint batch)
{
  return ((LwTrainer *) data)->val_batch;
}

static gboolean
load_frame_cb (gpointer data, guint batch, guint i, guint8 *rgb, guint8 *labels, GError **error)
{
  LwTrainer *trainer = data;
  gsize n = (gsize) trainer->set->width * (gsize) trainer->set->height;
  g_autofree guint8 *own = NULL;
  const guint8 *frame = lw_frames_get (trainer->frames, TRUE, MIN (first_frame (trainer, batch) + i, trainer->set->n_val - 1), &own, error);

  if (frame == NULL)
    return FALSE;
  memcpy (rgb + i * n * 3, frame, n * 3);
  memcpy (labels + i * n, frame + n * 3, n);
  return TRUE;
}

/* As many at once as in training, which needs more memory for them; fewer where the plan that trains has left too little. */
static gboolean
compile (LwTrainer *trainer, GError **error)
{
  const LwRecipe *recipe = trainer->recipe;
  LwPlanOptions options = { .height = trainer->set->height, .width = trainer->set->width, .precision = trainer->precision, .transform = trainer->model->transform };
  g_autoptr(GError) problem = NULL;

  if (trainer->val_plan != NULL)
    return TRUE;
  trainer->val_batch = MIN (MIN (recipe->stages[recipe->n_stages - 1].batch, trainer->set->n_val), trainer->at_most);
  options.n = (int) trainer->val_batch;
  while ((trainer->val_plan = trainer->backend->compile (trainer->device, trainer->model->graph, &options, &problem)) == NULL)
    {
      if (!g_error_matches (problem, LW_NET_ERROR, LW_NET_ERROR_MEMORY) || options.n < 2)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      g_clear_error (&problem);
      trainer->val_batch /= 2;
      options.n = (int) trainer->val_batch;
    }
  return TRUE;
}

/* ---- counting, on a thread of its own ---- */

typedef struct {
  LwTrainer *trainer;
  LwLoader *loader;
  LwConfusion *confusion;
  guint8 *predicted[2];        /* of the batch that is counted, and of the one that is predicted */
  LwLoaded *loaded;            /* being counted; NULL: none */
  GThread *thread;
} Counting;

static gpointer
count_cb (gpointer data)
{
  Counting *counting = data;
  const LwLoaded *loaded = counting->loaded;
  int width = counting->trainer->set->width, height = counting->trainer->set->height;
  guint n = frames_in (counting->trainer, loaded->item);

  lw_confusion_add (counting->confusion, loaded->labels, (gsize) width, counting->predicted[loaded->item % 2], (gsize) width, width, height * (int) n);
  return NULL;
}

static void
end_counting (Counting *counting)
{
  if (counting->loaded == NULL)
    return;
  g_thread_join (counting->thread);
  lw_loader_give_back (counting->loader, g_steal_pointer (&counting->loaded));
}

static gboolean
score_batch (Counting *counting, GError **error)
{
  LwTrainer *trainer = counting->trainer;
  LwLoaded *loaded = lw_loader_take (counting->loader);

  if (loaded->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&loaded->error));
      return FALSE;
    }
  LwBatch batch = { .rgb = loaded->rgb };
  LwResult result = { .labels = counting->predicted[loaded->item % 2] };

  if (!lw_trainer_yield (trainer, error) || !trainer->backend->run (trainer->val_plan, &batch, &result, trainer->yield, trainer->data, error))
    return FALSE;
  end_counting (counting);
  counting->loaded = loaded;
  counting->thread = g_thread_new ("lw-count", count_cb, counting);
  return TRUE;
}

static gboolean
score (Counting *counting, GError **error)
{
  LwTrainer *trainer = counting->trainer;
  guint batches = (trainer->set->n_val + trainer->val_batch - 1) / trainer->val_batch;
  gboolean done = TRUE;

  for (guint i = 0; i < batches && done; i++)
    done = score_batch (counting, error);
  end_counting (counting);
  return done;
}

gboolean
lw_trainer_validate (LwTrainer *trainer, const LwWeights *weights, double *miou, GError **error)
{
  LwLoaderSource source = { count_frames_cb, load_frame_cb, trainer };

  if (!compile (trainer, error) || !trainer->backend->load (trainer->val_plan, weights, error))
    return FALSE;
  gsize pixels = (gsize) trainer->set->width * (gsize) trainer->set->height * trainer->val_batch;
  guint batches = (trainer->set->n_val + trainer->val_batch - 1) / trainer->val_batch;
  g_autoptr(LwConfusion) confusion = lw_confusion_new (trainer->model->n_classes);
  g_autoptr(LwLoader) loader = lw_loader_new (&source, 0, batches, pixels, trainer->set->threads);
  g_autofree guint8 *even = g_malloc (pixels), *odd = g_malloc (pixels);
  Counting counting = { .trainer = trainer, .loader = loader, .confusion = confusion, .predicted = { even, odd } };

  if (!score (&counting, error))
    return FALSE;
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);

  *miou = scores->mean_iou;
  return TRUE;
}
