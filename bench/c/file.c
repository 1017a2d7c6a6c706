/* A loop around read(2) and write(2): `file PORT SIZE SECONDS PATH` sends the file, SIZE bytes at a
 * time, again and again for SECONDS. */
#include <fcntl.h>

#include "bench.h"

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  size_t size = atol(argv[2]);
  unsigned char *buffer = malloc(size);
  int socket = connect_to(atoi(argv[1]));
  uint64_t sent = 0;
  double end = now() + atof(argv[3]);
  while (now() < end) {
    ssize_t n;
    int file = open(argv[4], O_RDONLY);
    if (file < 0) fail("open");
    while ((n = read(file, buffer, size)) > 0) {
      write_all(socket, buffer, n);
      sent += n;
    }
    close(file);
  }
  close(socket);
  printf("{\"sent\":%llu,\"cpu\":%.6f}\n", (unsigned long long)sent, processor_time());
  return 0;
}
