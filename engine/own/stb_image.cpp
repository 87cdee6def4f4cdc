// stb_image, compiled. What it reads and how is set by the definitions of the library own_data in CMakeLists.txt.
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
