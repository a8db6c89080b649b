/* fuzz-recipe.c: recipes, and through them all JSON that is read */
#include <math.h>
#include "fuzz.h"
#include "nn/training/schedule.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwRecipe) recipe = lw_recipe_parse ((const char *) data, size, "fuzz.json", &error);

  FUZZ_ASSERT ((recipe == NULL) == (error != NULL));
  if (recipe == NULL)
    return 0;
  FUZZ_ASSERT (recipe->name != NULL && recipe->n_stages >= 1 && recipe->n_stages <= LW_RECIPE_MAX_STAGES && recipe->epochs >= 1);
  FUZZ_ASSERT (isfinite (recipe->rate) && recipe->rate >= 0 && recipe->validate_every >= 1 && recipe->n_rate_factors <= LW_RECIPE_MAX_RATE_FACTORS);
  for (guint i = 0; i < recipe->n_stages; i++)
    FUZZ_ASSERT (recipe->stages[i].batch >= 1 && recipe->stages[i].epochs >= 1 && recipe->stages[i].scale_min > 0);
  return 0;
}
