export function task() { return {title: 'task', ready: true, load: async () => {}, render: () => []}; }
