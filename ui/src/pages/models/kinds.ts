import type { Kind } from './document';

interface About {
  title: string;
  /** An example of how a model is called there. */
  model: string;
  /** Whether a provider of this kind wants a key. */
  isKeyed: boolean;
  /** Whether its address has to be said, can be said, or is known. */
  address: 'required' | 'optional' | null;
  /** Whether its models cost nothing, so that prices need not be said. */
  isFree: boolean;
}

export const KINDS: Record<Kind, About> = {
  openai: { title: 'OpenAI', model: 'gpt-4.1-mini', isKeyed: true, address: 'optional', isFree: false },
  anthropic: { title: 'Anthropic', model: 'claude-sonnet-4-5', isKeyed: true, address: 'optional', isFree: false },
  github: { title: 'GitHub Models', model: 'gpt-4o-mini', isKeyed: true, address: null, isFree: false },
  ollama: { title: 'Ollama', model: 'llama3.2', isKeyed: false, address: 'optional', isFree: true },
  compatible: { title: 'OpenAI-compatible server', model: 'qwen2.5-7b-instruct', isKeyed: false, address: 'required', isFree: true },
};
