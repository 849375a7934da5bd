export default function Lead() {
  return null;
}
