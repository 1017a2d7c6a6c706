/* A loop around read(2) and write(2): `forwarder PORT` takes one connection and passes its bytes on
 * to PORT. One way only: the reader behind PORT sends nothing. */
#include "bench.h"

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  unsigned char *buffer = malloc(64 * 1024);
  int from = accept(listen_and_say(), NULL, NULL), to = connect_to(atoi(argv[1]));
  ssize_t n;
  while ((n = read(from, buffer, 64 * 1024)) > 0) write_all(to, buffer, n);
  close(to);
  close(from);
  printf("{\"cpu\":%.6f}\n", processor_time());
  return 0;
}
