/* A loop around write(2): `source PORT SIZE SECONDS` sends messages of SIZE bytes for SECONDS. */
#include "bench.h"

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size_t size = atol(argv[2]), since_check = 0;
  unsigned char *pattern = make_pattern(PERIOD + size);
  int fd = connect_to(atoi(argv[1]));
  uint64_t sent = 0;
  double end = now() + atof(argv[3]);
  for (;;) {
    write_all(fd, pattern + sent % PERIOD, size);
    sent += size;
    if ((since_check += size) >= 256 * 1024) {
      since_check = 0;
      if (now() >= end) break;
    }
  }
  close(fd);
  printf("{\"sent\":%llu,\"cpu\":%.6f}\n", (unsigned long long)sent, processor_time());
  return 0;
}
