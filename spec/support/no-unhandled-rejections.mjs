// Mocha lets an unhandled rejection pass; a library that promises not to leave any can't.
process.on('unhandledRejection', (reason) => {
  throw reason;
});
