/* average.c: the mean of the weights at the ends of the last epochs (Izmailov et al., arXiv:1803.05407), which generalises better than the last ones.
 * It is made of the network as it will be used, with its batch normalisation folded by each epoch's own statistics, so that none have to be found
 * anew, and it costs a backend nothing. */
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

void
lw_average_add (LwTrainer *trainer, const LwWeights *weights)
{
  guint done = trainer->epoch + 1;

  if (trainer->averaged_epoch == done)
    return;
  trainer->averaged_epoch = done;
  trainer->averaged++;
  if (trainer->average == NULL)
    {
      trainer->average = lw_weights_copy (weights);
      return;
    }
  for (guint i = 0; i < weights->tensors->len; i++)
    {
      const LwTensor *from = weights->tensors->pdata[i];
      LwTensor *into = lw_weights_get (trainer->average, from->name);
      float share = 1 / (float) trainer->averaged;

      for (gsize k = 0; k < from->count; k++)
        into->data[k] += (from->data[k] - into->data[k]) * share;
    }
}
