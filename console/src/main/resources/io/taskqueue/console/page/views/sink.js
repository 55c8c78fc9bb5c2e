export function sink() { return {title: 'sink', ready: true, load: async () => {}, render: () => []}; }
