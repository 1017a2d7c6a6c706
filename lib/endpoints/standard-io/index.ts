/** The process's own standard input and output as a transport. */
export { StandardIO, type StandardIOOptions } from './standard-io.js';
