/* test-cuda-kernels.c: every kernel of the CUDA backend on random shapes against the reference backend's arithmetic; all of them, whatever fails */
#include "check.h"

int
main (int argc, char **argv)
{
  g_autofree char *why = NULL;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  if (!device_open (&why))
    {
      g_print ("1..0 # SKIP %s\n", why);
      return 0;
    }
  add_element_tests ();
  add_pool_tests ();
  add_sum_tests ();
  add_score_tests ();
  add_update_tests ();
  return g_test_run ();
}
