function show(line) {
  document.getElementById('log').append(`${line}\n`);
}

const client = window.graphqlWs.createClient({ url: `ws://${location.host}/graphql` });
client.on('connected', () => show('connected'));
client.subscribe(
  { query: 'subscription { heard }' },
  { next: ({ data }) => show(data.heard), error: (error) => show(`error: ${error}`), complete() {} },
);

document.getElementById('form').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('text');
  const query = 'mutation ($text: String!) { say(text: $text) }';
  const none = () => {};
  client.subscribe(
    { query, variables: { text: text.value } },
    { next: none, error: (error) => show(`error: ${error}`), complete: none },
  );
  text.value = '';
};
