export function queue() { return {title: 'queue', ready: true, load: async () => {}, render: () => []}; }
