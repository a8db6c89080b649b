/* average.c: means of weights, which generalise better than any of them: of those at the ends of the last epochs (Izmailov et al., arXiv:1803.05407),
 * and of that and what the training started from (Wortsman et al., arXiv:2109.01903). They are made of the network as it will be used, with its batch
 * normalisation folded by each epoch's own statistics, so that none have to be found anew, and cost a backend nothing. */
#include "config.h"
#include "trainer-private.h"

static guint
first_averaged (const LwTrainer *trainer)
{
  guint epochs = trainer->schedule->epochs;

  return epochs - (guint) CLAMP ((double) epochs * (double) trainer->recipe->average, 1, epochs);
}

gboolean
lw_average_wants (const LwTrainer *trainer)
{
  return trainer->recipe->average > 0 && trainer->epoch >= first_averaged (trainer);
}

static void
move_to (LwWeights *weights, const LwWeights *to, float share)
{
  for (guint i = 0; i < weights->tensors->len; i++)
    {
      LwTensor *into = weights->tensors->pdata[i];
      const LwTensor *from = lw_weights_get (to, into->name);

      if (from == NULL)         /* what was folded (batch-norm.h), where one of both never was normalised */
        continue;
      for (gsize k = 0; k < into->count; k++)
        into->data[k] += (from->data[k] - into->data[k]) * share;
    }
}

void
lw_average_add (LwTrainer *trainer, const LwWeights *weights)
{
  guint done = trainer->epoch + 1;

  if (trainer->averaged_epoch == done)
    return;
  trainer->averaged_epoch = done;
  trainer->averaged++;
  if (trainer->average == NULL)
    trainer->average = lw_weights_copy (weights);
  else
    move_to (trainer->average, weights, 1 / (float) trainer->averaged);
}

void
lw_average_blend (const LwTrainer *trainer, LwWeights *weights)
{
  float others = (float) trainer->recipe->blend_frames, frames = (float) trainer->set->n_train;

  if (others > 0)
    move_to (weights, trainer->model->weights, others / (others + frames));
}
