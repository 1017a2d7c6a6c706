/** Shared by the programs that send a file with `FileSender`. */
import { FileSender, WritableConsumer } from '../../library/index.js';
import { sendFile, type SendFileOptions } from '../sending.js';

/**
 * Sends the file again and again.
 *
 * @param sendWith - Has `sender` send the file to `consumer`, and resolves with its size.
 */
export async function sendWithFileSender(
  sendWith: (
    sender: FileSender,
    consumer: WritableConsumer,
    options: SendFileOptions,
  ) => Promise<number>,
): Promise<void> {
  await sendFile((socket) => {
    const consumer = new WritableConsumer(socket);
    return {
      sendOnce(options) {
        const sender = new FileSender();
        sender.CHUNK_SIZE = options.size;
        return sendWith(sender, consumer, options);
      },
      close: () => consumer.loseConnection(),
    };
  });
}
