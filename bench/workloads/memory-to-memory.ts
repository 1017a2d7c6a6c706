import { memoryToMemory } from '../support/in-memory.js';

export default memoryToMemory('at once');
