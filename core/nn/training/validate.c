/* validate.c: how good the weights of an epoch are on the validation frames, by the plan that will also propose */
#include "config.h"
#include "trainer-private.h"
#include "loader.h"
#include "label/metrics.h"
#include <math.h>

static gboolean
load_val_cb (gpointer data, guint item, guint8 *rgb, guint8 *labels, GError **error)
{
  return lw_trainer_load_frame (data, TRUE, item, rgb, labels, error);
}

static gboolean
compile (LwTrainer *trainer, GError **error)
{
  LwPlanOptions options = { .n = 1, .height = trainer->set->height, .width = trainer->set->width, .precision = trainer->precision,
                            .transform = trainer->model->transform };

  if (trainer->val_plan == NULL)
    trainer->val_plan = trainer->backend->compile (trainer->device, trainer->model->graph, &options, error);
  return trainer->val_plan != NULL;
}

static gboolean
predict (LwTrainer *trainer, const LwLoaded *frame, guint8 *labels, GError **error)
{
  LwBatch batch = { .rgb = frame->rgb };
  LwResult result = { .labels = labels };

  return trainer->backend->run (trainer->val_plan, &batch, &result, trainer->yield, trainer->data, error);
}

gboolean
lw_trainer_validate (LwTrainer *trainer, const LwWeights *weights, double *miou, GError **error)
{
  int width = trainer->set->width, height = trainer->set->height;
  gsize pixels = (gsize) width * (gsize) height;

  if (!compile (trainer, error) || !trainer->backend->load (trainer->val_plan, weights, error))
    return FALSE;
  g_autoptr(LwConfusion) confusion = lw_confusion_new (trainer->model->n_classes);
  g_autoptr(LwLoader) loader = lw_loader_new (load_val_cb, trainer, 0, trainer->set->n_val, pixels);
  g_autofree guint8 *labels = g_malloc (pixels);

  for (guint i = 0; i < trainer->set->n_val; i++)
    {
      LwLoaded *frame = lw_loader_take (loader);

      if (frame->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&frame->error));
          return FALSE;
        }
      if (!lw_trainer_yield (trainer, error) || !predict (trainer, frame, labels, error))
        return FALSE;
      lw_confusion_add (confusion, frame->labels, (gsize) width, labels, (gsize) width, width, height);
      lw_loader_give_back (loader, frame);
    }
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);

  *miou = scores->mean_iou;
  return TRUE;
}
