export function replay() { return {title: 'replay', ready: true, load: async () => {}, render: () => []}; }
