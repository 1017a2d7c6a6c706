/** Ends the script for a reason that lies with its user. */
export function refuse(message) {
  console.error(message);
  process.exit(2);
}
