export function parked() { return {title: 'parked', ready: true, load: async () => {}, render: () => []}; }
