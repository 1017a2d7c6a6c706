/* A loop around read(2) and write(2): takes one connection and sends back its bytes. */
#include "bench.h"

int main(void) {
  unsigned char buffer[4096];
  int fd = accept(listen_and_say(), NULL, NULL);
  ssize_t n;
  set_no_delay(fd);
  while ((n = read(fd, buffer, sizeof buffer)) > 0) write_all(fd, buffer, n);
  close(fd);
  printf("{\"cpu\":%.6f}\n", processor_time());
  return 0;
}
