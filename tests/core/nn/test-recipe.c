/* test-recipe.c: recipes are read whole, bad ones refused with the reason; those that ship are good */
#include <string.h>
#include "common/paths.h"
#include "nn/training/schedule.h"

static LwRecipe *
parse (const char *json, GError **error)
{
  return lw_recipe_parse (json, strlen (json), "test.json", error);
}

static void
test_recipe (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwRecipe) recipe = parse ("{\"name\":\"x\",\"optimizer\":\"adamw\",\"rate\":0.25,\"batch\":3,\"crop\":[64,48],\"stages\":[{\"epochs\":2},"
                                      "{\"epochs\":5,\"crop\":[0,0],\"scale\":[0.5,2],\"batch\":1}],\"frozen\":[\"conv1\",\"fc6\"],\"seed\":9,"
                                      "\"average\":0.5,\"label_smoothing\":0.25,\"taught\":0.75,\"hard_share\":0.5,\"checkpoint_seconds\":7,\"rate_factors\":{\"conv\":0.5,\"conv5\":2}}", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (recipe->epochs, ==, 7);
  g_assert_cmpuint (recipe->n_stages, ==, 2);
  g_assert_cmpint (recipe->stages[0].crop_width, ==, 64);
  g_assert_cmpuint (recipe->stages[0].batch, ==, 3);
  g_assert_cmpint (recipe->stages[1].crop_height, ==, 0);
  g_assert_cmpfloat (recipe->stages[1].scale_max, ==, 2);
  g_assert_cmpuint (recipe->stages[1].batch, ==, 1);
  g_assert_cmpint (recipe->optimizer, ==, LW_ADAMW);
  g_assert_cmpstr (recipe->frozen[1], ==, "fc6");
  g_assert_cmpuint (recipe->seed, ==, 9);
  g_assert_cmpfloat (recipe->average, ==, 0.5);
  g_assert_cmpfloat (recipe->label_smoothing, ==, 0.25);
  g_assert_cmpfloat (recipe->taught, ==, 0.75);
  g_assert_cmpfloat (recipe->hard_below, ==, 0);
  g_assert_cmpfloat (recipe->hard_share, ==, 0.5);
  g_assert_cmpuint (recipe->checkpoint_seconds, ==, 7);
  g_assert_cmpuint (recipe->n_rate_factors, ==, 2);
  g_assert_cmpstr (recipe->rate_factors[1].prefix, ==, "conv5");
  g_assert_cmpfloat (recipe->rate_factors[1].factor, ==, 2);
}

static void
test_bad_recipes (void)
{
  static const struct { const char *json, *word; } cases[] = {
    { "", "JSON" }, { "[]", "object" }, { "{}", "name" }, { "{\"name\":\"x\",\"epoch\":3}", "epoch" }, { "{\"name\":\"x\",\"epochs\":0}", "epochs" },
    { "{\"name\":\"x\",\"rate\":-1}", "rate" }, { "{\"name\":\"x\",\"rate\":1e999}", "rate" }, { "{\"name\":\"x\",\"optimizer\":\"lion\"}", "lion" },
    { "{\"name\":\"x\",\"crop\":[100]}", "crop" }, { "{\"name\":\"x\",\"crop\":[100,0]}", "crop" }, { "{\"name\":\"x\",\"crop\":[100,99999]}", "crop" },
    { "{\"name\":\"x\",\"scale\":[2,1]}", "scale" }, { "{\"name\":\"x\",\"scale\":[0,1]}", "scale" }, { "{\"name\":\"x\",\"flip\":\"yes\"}", "flip" },
    { "{\"name\":\"x\",\"batch\":100000}", "batch" }, { "{\"name\":\"x\",\"stages\":[]}", "stage" }, { "{\"name\":\"x\",\"stages\":[{}]}", "Stage 1" },
    { "{\"name\":\"x\",\"stages\":[{\"epochs\":1,\"rate\":1}]}", "rate" }, { "{\"name\":\"x\",\"frozen\":[1]}", "frozen" },
    { "{\"name\":\"x\",\"max_class_weight\":0}", "max_class_weight" }, { "{\"name\":\"x\",\"average\":2}", "average" },
    { "{\"name\":\"x\",\"label_smoothing\":-0.1}", "label_smoothing" }, { "{\"name\":\"x\",\"rate_factors\":[1]}", "rate_factors" },
    { "{\"name\":\"x\",\"hard_below\":1.5}", "hard_below" }, { "{\"name\":\"x\",\"hard_share\":-1}", "hard_share" },
    { "{\"name\":\"x\",\"hard_below\":0.7,\"label_smoothing\":0.1}", "label_smoothing" },
    { "{\"name\":\"x\",\"taught\":1.5}", "taught" }, { "{\"name\":\"x\",\"hard_below\":0.7,\"taught\":0.5}", "taught" },
    { "{\"name\":\"x\",\"rate_factors\":{\"conv\":0}}", "conv" }, { "{\"name\":\"x\",\"rate_factors\":{\"\":1}}", "rate_factors" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwRecipe) recipe = parse (cases[i].json, &error);

      if (recipe != NULL || strstr (error->message, cases[i].word) == NULL || strstr (error->message, "test.json") == NULL)
        g_error ("%s: %s", cases[i].json, recipe != NULL ? "accepted" : error->message);
    }
}

static void
test_shipped_recipes (void)
{
  static const char *const names[] = { "best", "fine-tune", "lite", "matlab", "paper", "scratch" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *relative = g_strdup_printf ("recipes/%s.json", names[i]), *path = lw_paths_data (relative);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwRecipe) recipe = lw_recipe_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (recipe->name, ==, names[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/recipe/parse", test_recipe);
  g_test_add_func ("/nn/recipe/bad", test_bad_recipes);
  g_test_add_func ("/nn/recipe/shipped", test_shipped_recipes);
  return g_test_run ();
}
