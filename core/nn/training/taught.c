/* taught.c: what a training takes from a teacher */
#include "config.h"
#include "trainer-private.h"
#include <glib/gi18n-lib.h>

gboolean
lw_taught_check (const LwNetModel *model, const LwNetModel *teacher, const LwRecipe *recipe, GError **error)
{
  if ((teacher != NULL) != (recipe->taught > 0))
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, teacher != NULL ? _("The recipe “%s” takes nothing from a teacher: give it a share “taught”")
                                                                   : _("The recipe “%s” is taught by another model, and none was given"), recipe->name);
  if (teacher != NULL && !g_strv_equal ((const char *const *) model->class_names, (const char *const *) teacher->class_names))
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The model that teaches has other classes than the one that is trained"));
  return TRUE;
}

void
lw_taught_prepare (LwTrainer *trainer)
{
  const LwNetModel *teacher = trainer->set->teacher;
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  if (teacher == NULL)
    return;
  for (guint i = 0; i < teacher->weights->tensors->len; i++)
    {
      const LwTensor *tensor = teacher->weights->tensors->pdata[i];

      g_checksum_update (sum, (const guint8 *) tensor->data, (gssize) (tensor->count * sizeof (float)));
    }
  trainer->teacher_print = g_strdup (g_checksum_get_string (sum));
}

gboolean
lw_taught_use_stage (LwTrainer *trainer, const LwRecipeStage *stage, GError **error)
{
  int width, height;

  if (trainer->set->teacher == NULL)
    return TRUE;
  lw_trainer_crop_size (trainer, stage, &width, &height);
  lw_teacher_free (trainer->teacher);
  trainer->teacher = lw_teacher_new (trainer->backend, trainer->device, trainer->set->teacher, trainer->precision, width, height, error);
  return trainer->teacher != NULL;
}

/* What is drawn follows from the seed and the step's number, as everything else in a batch, but from a stream of its own. */
gboolean
lw_taught_label (LwTrainer *trainer, LwLoaded *loaded, GError **error)
{
  const LwRecipe *recipe = trainer->recipe;
  guint n = trainer->plan_stage->batch;
  gsize pixels = lw_trainer_batch_pixels (trainer, trainer->plan_stage) / n;

  for (guint i = 0; trainer->teacher != NULL && i < n; i++)
    {
      LwRandom random = lw_random_new (~recipe->seed, (guint64) trainer->step * 1024 + i);

      if (!lw_teacher_label (trainer->teacher, loaded->rgb + i * pixels * 3, (double) recipe->taught, &random, loaded->labels + i * pixels, error))
        return FALSE;
    }
  return TRUE;
}
