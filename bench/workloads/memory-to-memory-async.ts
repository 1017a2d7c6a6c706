import { memoryToMemory } from '../support/in-memory.js';

export default memoryToMemory('on the next tick');
