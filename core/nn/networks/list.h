/* list.h: the list of networks: a new one is a file with its function, a line here, and its name in meson.build
 *
 * LW_NETWORK (function, architecture, what it takes as input unless its weights say otherwise) */

LW_NETWORK (lw_fcn8s, "fcn8s", LW_INPUT_IMAGENET)                               /* VGG-16 trunk, tight padding by default */
LW_NETWORK (lw_fcn8s_lite, "fcn8s-lite", LW_INPUT_IMAGENET)                     /* widths 16, 32, 64, 128, 128; fc6 3x3 and fc7 of 512 */
LW_NETWORK (lw_fcn8s_resnet50, "fcn8s-resnet50", LW_INPUT_CAFFE)                /* ResNet-50 as published: the stride in the first 1x1 */
LW_NETWORK (lw_fcn8s_resnet50_b, "fcn8s-resnet50-b", LW_INPUT_IMAGENET)         /* as torchvision and timm have it: the stride in the 3x3 */
LW_NETWORK (lw_fcn8s_resnet50_lite, "fcn8s-resnet50-lite", LW_INPUT_CAFFE)      /* the first without its last stage: 17 MB in 16 bits */
LW_NETWORK (lw_segnet, "segnet", LW_INPUT_IMAGENET)
LW_NETWORK (lw_segnet_basic, "segnet-basic", LW_INPUT_BYTES)
LW_NETWORK (lw_unet, "unet", LW_INPUT_IMAGENET)
